/** What the tabs of a run read beside the run itself. Every key begins with the run: its events renew them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { daemon } from "../../api/daemon.ts";

export const sessionsQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "sessions"],
    queryFn: ({ signal }) => daemon.sessions(run, { signal }),
  });

const EVENTS_PAGE = 200;

export const eventsQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ["run", run, "events"],
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) =>
      daemon.eventsOf(run, { after: pageParam, limit: EVENTS_PAGE }, { signal }),
    getNextPageParam: (last) => (last.length < EVENTS_PAGE ? undefined : last.at(-1)?.version),
  });

/** Named by what it says, so it never changes. */
export const blobQuery = (hash: string) =>
  queryOptions({
    queryKey: ["blob", hash],
    queryFn: ({ signal }) => daemon.blob(hash, { signal }),
  });
