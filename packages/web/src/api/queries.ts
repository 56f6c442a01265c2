/** What the page reads, by name. A key begins with the noun; `["run", id]` covers all of that run. */
import { ApiError } from "@tutti/client/api-error";
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { daemon } from "./daemon.ts";

const MAX_RETRIES = 2;
/** The daemon is on this machine: that there is no network keeps nobody from it. */
const LOCAL = "always";

/** Nothing is read again by the clock: the stream of events says when. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: LOCAL,
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) =>
          failures < MAX_RETRIES && error instanceof ApiError && error.status === 0,
      },
      mutations: { networkMode: LOCAL },
    },
  });

export const attentionQuery = () =>
  queryOptions({
    queryKey: ["attention"],
    queryFn: ({ signal }) => daemon.attention({}, { signal }),
  });

export type RunsFilter = {
  readonly states?: string;
  readonly project?: string;
  readonly limit?: number;
};

export const runsQuery = (filter: RunsFilter = {}) =>
  queryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ signal }) =>
      daemon.runs({ ...filter, states: filter.states?.split(",") }, { signal }),
  });

/** Every project that has tasks. */
export const projectsQuery = () =>
  queryOptions({
    queryKey: ["projects"],
    // Several parts of a screen read it: one that is shown later does not begin anew.
    retryOnMount: false,
    queryFn: ({ signal }) => daemon.projects({ signal }),
  });

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run],
    queryFn: ({ signal }) => daemon.run(run, { signal }),
  });

/** The hash is in the key: another text is another query. */
export const artifactQuery = ({ run, name, hash }: { run: string; name: string; hash: string }) =>
  queryOptions({
    queryKey: ["run", run, "artifact", name, hash],
    queryFn: ({ signal }) => daemon.artifact(run, name, { signal }),
  });

/**
 * Reads again what an event of these runs may have changed, where it is on screen. What is being read already
 * is read to its end and then once more: events come faster than a busy daemon answers, and a read that each
 * of them began anew would never end.
 */
export function refreshRuns(client: QueryClient, runs: ReadonlySet<string>): void {
  const lists = [["attention"], ["runs"], ["fleet"], ["projects"], ["usage"]];
  const keys = [...lists, ...[...runs].map((run) => ["run", run])];
  for (const queryKey of keys) void refresh(client, queryKey);
}

type Refreshing = { isAskedAgain: boolean };

const refreshing = new WeakMap<QueryClient, Map<string, Refreshing>>();

async function refresh(client: QueryClient, queryKey: readonly string[]): Promise<void> {
  const all = refreshing.get(client) ?? new Map<string, Refreshing>();
  refreshing.set(client, all);
  const name = JSON.stringify(queryKey);
  const before = all.get(name);
  if (before !== undefined) {
    before.isAskedAgain = true;
    return;
  }
  const own: Refreshing = { isAskedAgain: client.isFetching({ queryKey }) > 0 };
  all.set(name, own);
  await client.invalidateQueries({ queryKey }, { cancelRefetch: false });
  all.delete(name);
  if (own.isAskedAgain) await refresh(client, queryKey);
}
