/** The files of a range with all that is known of them so far; patches are read when they come on screen. */
import { useQueries } from "@tanstack/react-query";
import type { DiffFile, RunView } from "@tutti/protocol";
import { asProblem } from "../../api/problem.ts";
import { useCallback, useMemo, useState } from "react";
import { canLeaveOut, type Marks, NONE } from "./leaving.ts";
import type { Kept } from "./kept.ts";
import type { FilePatch } from "./patch.ts";
import { blameQuery, patchQuery } from "./queries.ts";
import type { Range } from "./ranges.ts";
import type { RiskGroup } from "./risk.ts";
import type { Shown } from "./row-view.tsx";
import { rangeKey } from "./seen.ts";
import { fileRows, type Loaded, type Place, type Rows, rowsOf, type View } from "./rows.ts";

type Asked = {
  readonly run: RunView;
  readonly range: Range;
  readonly groups: readonly RiskGroup[];
  readonly conflicts: readonly string[];
  readonly kept: Kept;
  readonly folded: ReadonlyMap<string, boolean>;
  readonly writing: Place | null;
  readonly view: View;
  readonly marks: Marks;
};

export type Files = {
  readonly shown: readonly Shown[];
  readonly rows: Rows;
  /** Reads the patches of files that came on screen. */
  readonly want: (paths: readonly string[]) => void;
  readonly retry: (path: string) => void;
};

export const viewedKey = (range: Range, path: string): string => `${range.to} ${path}`;

const WANTED: Loaded = { kind: "wanted" };

export function useFiles(asked: Asked): Files {
  const { run, range, groups, view } = asked;
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const want = useCallback((paths: readonly string[]) => {
    setWanted((before) => {
      const more = paths.filter((path) => !before.includes(path));
      return more.length === 0 ? before : [...before, ...more];
    });
  }, []);
  const known = new Set(groups.flatMap(({ files }) => files.map(({ path }) => path)));
  const paths = wanted.filter((path) => known.has(path));
  const patches = useQueries({ queries: paths.map((path) => patchQuery(run.run, range, path)) });
  const blames = useQueries({ queries: paths.map((path) => blameQuery(run.run, range, path)) });

  const loaded = new Map(paths.map((path, at) => [path, loadedOf(patches[at])]));
  const blamed = new Map(paths.map((path, at) => [path, blames[at]?.data ?? null]));
  const [cache] = useState(() => new Map<string, Shown>());
  const list = groups.flatMap(({ files }) =>
    files.map((file) => {
      const read = {
        loaded: loaded.get(file.path) ?? WANTED,
        blame: blamed.get(file.path) ?? null,
      };
      const now = shownOf(file, read, asked);
      const before = cache.get(file.path);
      const kept = before !== undefined && isSame(before, now) ? before : now;
      cache.set(file.path, kept);
      return kept;
    }),
  );
  const shown = useSteady(list);
  const [made] = useState(() => new WeakMap<Shown, Map<View, ReturnType<typeof fileRows>>>());
  const rows = useMemo(() => {
    const rowsFor = (file: Shown) => {
      const views = made.get(file) ?? new Map<View, ReturnType<typeof fileRows>>();
      made.set(file, views);
      const found = views.get(view) ?? fileRows(file, view);
      views.set(view, found);
      return found;
    };
    return rowsOf(shown.map((file) => rowsFor(file)));
  }, [shown, view, made]);
  const retry = (path: string): void => {
    const at = paths.indexOf(path);
    void patches[at]?.refetch();
  };
  return { shown, rows, want, retry };
}

type PatchRead = { readonly patch: FilePatch; readonly isCut: boolean };

/** The same object for the same patch, so that what is made of it is made once. */
const loadedByRead = new WeakMap<PatchRead, Loaded>();

function loadedOf(
  result: { readonly data: PatchRead | undefined; readonly error: unknown } | undefined,
): Loaded {
  const { data, error } = result ?? {};
  if (data === undefined) {
    return error ? { kind: "failed", message: asProblem(error).message } : WANTED;
  }
  const known = loadedByRead.get(data);
  if (known !== undefined) return known;
  const loaded: Loaded = { kind: "read", ...data };
  loadedByRead.set(data, loaded);
  return loaded;
}

type Read = { readonly loaded: Loaded; readonly blame: Shown["blame"] };

const NO_COMMENTS: Shown["comments"] = [];

function shownOf(file: DiffFile, { loaded, blame }: Read, asked: Asked): Shown {
  const { run, range, kept, folded, writing, conflicts, marks } = asked;
  const { path } = file;
  const isViewed = kept.viewed.includes(viewedKey(range, path));
  const comments = kept.comments.filter((comment) => comment.path === path);
  const flags = run.guard.filter((flag) => flag.path === path).map(({ detail }) => detail);
  return {
    file,
    loaded,
    blame,
    left: canLeaveOut(run, range) ? (marks.get(path) ?? NONE) : null,
    range,
    isViewed,
    isFolded: folded.get(path) ?? isViewed,
    comments: comments.length === 0 ? NO_COMMENTS : comments,
    writing: writing?.path === path ? writing : null,
    flags: conflicts.includes(path) ? [...flags, "would conflict"] : flags,
  };
}

const isSameList = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, at) => item === right[at]);

function isSame(left: Shown, right: Shown): boolean {
  return (
    left.file === right.file &&
    (left.loaded === right.loaded || left.loaded.kind === "failed") &&
    left.loaded.kind === right.loaded.kind &&
    left.blame === right.blame &&
    left.left === right.left &&
    rangeKey(left.range) === rangeKey(right.range) &&
    left.isViewed === right.isViewed &&
    left.isFolded === right.isFolded &&
    left.writing === right.writing &&
    isSameList(left.comments, right.comments) &&
    isSameList(left.flags, right.flags)
  );
}

/** The list of before while its items are the same. */
function useSteady<Item>(list: readonly Item[]): readonly Item[] {
  const [before, setBefore] = useState(list);
  const steady = isSameList(before, list) ? before : list;
  if (steady !== before) setBefore(steady);
  return steady;
}
