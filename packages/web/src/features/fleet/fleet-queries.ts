/** The fleet as it is now, and what is asked of all of it. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { FleetRow } from "@tutti/protocol";
import { useEffect, useMemo } from "react";
import { toast } from "sonner";
import { tellProblem } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { useLive } from "../../api/live-context.tsx";
import { countText } from "../../ui/numbers.ts";
import { useClock } from "../../ui/time.tsx";

/** What an agent does now is read again at most this often while it writes. */
const FOLLOW_MS = 1000;

const wholeQuery = () =>
  queryOptions({ queryKey: ["fleet"], queryFn: ({ signal }) => daemon.fleet({ signal }) });

export const fleetQuery = () => queryOptions({ ...wholeQuery(), select: ({ items }) => items });

/** How many tasks are paused, also of those that wait for an answer. */
export const pausedQuery = () => queryOptions({ ...wholeQuery(), select: ({ paused }) => paused });

/** Silence is no event, and needs none: each row says from when on it is silent, and the clock does the rest. */
export const withSilence = (rows: readonly FleetRow[], time: number): readonly FleetRow[] =>
  rows.map((row) =>
    row.state === "working" && row.silentFrom !== null && row.silentFrom <= time
      ? { ...row, state: "silent" }
      : row,
  );

export function useSilence(rows: readonly FleetRow[] | undefined): readonly FleetRow[] | undefined {
  const time = useClock((now) =>
    Math.max(
      0,
      ...(rows ?? []).flatMap(({ silentFrom }) => silentFrom ?? []).filter((at) => at <= now),
    ),
  );
  return useMemo(() => rows && withSilence(rows, time), [rows, time]);
}

/** Reads the fleet again while its agents write. */
export function useFollowing(): void {
  const { activity } = useLive();
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const read = (): void => {
      timer = null;
      void client.invalidateQueries({ queryKey: ["fleet"] });
    };
    const end = activity.subscribe(() => {
      timer ??= setTimeout(read, FOLLOW_MS);
    });
    return () => {
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [activity, client]);
}

type Order = {
  readonly order: "pause" | "stop" | "resume";
  /** What the tasks are then. */
  readonly word: string;
};

/** Of all tasks at once. */
export const useOrder = ({ order, word }: Order) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => daemon.orderFleet(order, { reason: `everything was ${word}` }),
    onSuccess: async ({ runs }) => {
      toast.success(`${countText(runs.length, "task")} ${word}.`);
      await client.invalidateQueries({ queryKey: ["fleet"] });
    },
    onError: tellProblem,
  });
};
