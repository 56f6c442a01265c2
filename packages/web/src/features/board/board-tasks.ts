/** The tasks of the board, read page by page as far as someone looks. */
import type { BoardColumn, RunSummary } from "@tutti/protocol";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { daemon } from "../../api/daemon.ts";
import type { BoardSearch } from "./board-search.ts";
import { OPEN_STATES } from "./columns.ts";

const PAGE = 100;
/** That an agent is silent is no event: tasks that have not ended are looked at again. */
const LOOK_AGAIN_MS = 30_000;

const DONE_STATES = "merged,failed,cancelled";

const pagesQuery = (states: string, project: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["runs", "pages", states, project ?? ""],
    queryFn: ({ pageParam, signal }) =>
      daemon.runs(
        { states: states.split(","), project, cursor: pageParam, limit: PAGE },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled: states !== "",
  });

/** Of these states, those that are wanted. */
const only = (states: string, wanted: string | undefined): string =>
  wanted === undefined
    ? states
    : states
        .split(",")
        .filter((state) => state === wanted)
        .join(",");

export type BoardList = {
  readonly runs: readonly RunSummary[];
  readonly isMore: boolean;
  readonly more: () => void;
  readonly error: unknown;
  readonly retry: () => void;
  readonly isKnown: boolean;
};

function useList(states: string, { project, q }: BoardSearch): BoardList {
  const query = useInfiniteQuery({
    ...pagesQuery(states, project),
    ...(states.includes("working") ? { refetchInterval: LOOK_AGAIN_MS } : {}),
  });
  const { data, hasNextPage, isFetching, fetchNextPage, error, refetch } = query;
  // What is looked for may be on any page.
  const isLooking = q !== undefined && hasNextPage && !isFetching;
  useEffect(() => {
    if (isLooking) void fetchNextPage();
  }, [isLooking, fetchNextPage]);
  return {
    runs: data?.pages.flatMap(({ items }) => items) ?? [],
    isMore: hasNextPage,
    more: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
    error,
    retry: () => void refetch(),
    isKnown: data !== undefined || states === "",
  };
}

export type Board = {
  readonly columns: Readonly<Record<BoardColumn, BoardList>>;
  readonly isKnown: boolean;
  readonly error: unknown;
  /** Reads again what could not be read. */
  readonly retry: () => void;
  /** Tasks that were read, shown or not. */
  readonly read: number;
};

export function useBoard(asked: BoardSearch): Board {
  const open = useList(only(OPEN_STATES, asked.state), asked);
  const onBranch = useList(only("completed", asked.state), asked);
  const done = useList(only(DONE_STATES, asked.state), asked);
  const lists = [open, onBranch, done];
  const pick = (column: BoardColumn, from: BoardList): BoardList => ({
    ...from,
    runs: matching(from.runs, column, asked.q),
  });
  return {
    columns: {
      working: pick("working", open),
      review: pick("review", open),
      ready: joined(pick("ready", open), pick("ready", onBranch)),
      done: pick("done", done),
    },
    isKnown: lists.every(({ isKnown }) => isKnown),
    error: lists.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const { error, retry } of lists) if (error !== null) retry();
    },
    read: lists.reduce((sum, { runs }) => sum + runs.length, 0),
  };
}

export function matching(
  runs: readonly RunSummary[],
  column: BoardColumn,
  q: string | undefined,
): readonly RunSummary[] {
  const wanted = q?.toLocaleLowerCase() ?? "";
  return runs.filter(
    (run) => run.column === column && run.title.toLocaleLowerCase().includes(wanted),
  );
}

const joined = (first: BoardList, second: BoardList): BoardList => ({
  ...first,
  runs: [...first.runs, ...second.runs],
  isMore: first.isMore || second.isMore,
  more: () => {
    first.more();
    second.more();
  },
});
