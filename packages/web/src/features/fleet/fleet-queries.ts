/** The fleet as it is now, and what is asked of all of it. */
import type { Fleet, FleetPaused } from "@tutti/protocol";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { sendCommand, tellProblem } from "../../api/commands.ts";
import { requestJson } from "../../api/http.ts";
import { runsQuery } from "../../api/queries.ts";
import { countText } from "../../ui/numbers.ts";

/** What agents write is no event of their run: while some work, it is looked at again. */
const LOOK_AGAIN_MS = 2000;
const MOST = 200;

export const fleetQuery = () =>
  queryOptions({
    queryKey: ["fleet"],
    queryFn: ({ signal }) => requestJson<Fleet>({ path: "/fleet", signal }),
    select: ({ items }) => items,
    refetchInterval: ({ state }) => (state.data?.items.length === 0 ? false : LOOK_AGAIN_MS),
  });

export const usePauseAll = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      requestJson<FleetPaused>({
        method: "POST",
        path: "/fleet/pause",
        json: { reason: "everything was paused" },
      }),
    onSuccess: async ({ runs }) => {
      toast.success(`${countText(runs.length, "task")} paused.`);
      await client.invalidateQueries({ queryKey: ["fleet"] });
    },
    onError: tellProblem,
  });
};

export const usePaused = () => useQuery(runsQuery({ states: "paused", limit: MOST }));

export const useResumeAll = () =>
  useMutation({
    mutationFn: (runs: readonly string[]) =>
      Promise.all(runs.map((run) => sendCommand(run, { kind: "run.resume" }))),
    onSuccess: (accepted) => {
      toast.success(`${countText(accepted.length, "task")} going on.`);
    },
    onError: tellProblem,
  });
