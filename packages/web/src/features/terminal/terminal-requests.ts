/** The terminals of a run, by a key that begins with the run: its events renew them. */
import { queryOptions } from "@tanstack/react-query";
import { daemon } from "../../api/daemon.ts";

export const terminalsQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "terminals"],
    queryFn: ({ signal }) => daemon.terminals(run, { signal }),
  });
