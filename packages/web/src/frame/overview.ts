/** The few numbers that every screen shows. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { daemon } from "../api/daemon.ts";
import { attentionQuery, runsQuery } from "../api/queries.ts";

const startOfToday = (): number => new Date().setHours(0, 0, 0, 0);

const todayQuery = (since: number) =>
  queryOptions({
    queryKey: ["usage", "since", since],
    queryFn: ({ signal }) => daemon.usage({ since }, { signal }),
  });

/** Null while it is not known: that nothing needs a person is said only by the daemon. */
type Overview = {
  readonly attention: number | null;
  readonly working: number | null;
  /** There are more working runs than one page of the list. */
  readonly isMore: boolean;
  readonly usdToday: number | null;
};

const MOST = 200;

export function useOverview(): Overview {
  const attention = useQuery(attentionQuery());
  const working = useQuery(runsQuery({ states: "working,queued", limit: MOST }));
  const today = useQuery(todayQuery(startOfToday()));
  return {
    attention: attention.data?.length ?? null,
    working: working.data?.items.length ?? null,
    isMore: working.data?.next !== null && working.data !== undefined,
    usdToday: today.data?.total.costUsd ?? null,
  };
}
