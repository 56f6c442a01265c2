/** How much of the whole change its reader had on screen; told to the record with their approval. */
import type { DiffFile, Seen } from "@tutti/protocol";
import type { Loaded } from "./rows.ts";

/** Of one range of commits: the numbers of the hunks that were on screen, by file. */
export type SeenHunks = {
  readonly range: string;
  readonly files: Readonly<Record<string, readonly number[]>>;
};

export const rangeKey = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  `${from} ${to}`;

/** Null where all of it had been seen before. */
export function withSeen(
  before: SeenHunks | null,
  range: string,
  found: ReadonlyMap<string, ReadonlySet<number>>,
): SeenHunks | null {
  const files = { ...(before?.range === range ? before.files : {}) };
  let isMore = before?.range !== range;
  for (const [path, hunks] of found) {
    const known = files[path];
    const more = [...hunks].filter((hunk) => known?.includes(hunk) !== true);
    if (known !== undefined && more.length === 0) continue;
    isMore = true;
    files[path] = [...(known ?? []), ...more];
  }
  return isMore ? { range, files } : null;
}

type Counted = { readonly file: Pick<DiffFile, "path">; readonly loaded: Loaded };

export function seenOf(hunks: SeenHunks | null, range: string, files: readonly Counted[]): Seen {
  const seen = hunks?.range === range ? hunks.files : {};
  const counts = files.map(({ loaded }) =>
    loaded.kind === "read" ? loaded.patch.hunks.length : null,
  );
  const isKnown = counts.every((count) => count !== null);
  return {
    files: files.filter(({ file }) => seen[file.path] !== undefined).length,
    hunks: files.reduce((sum, { file }) => sum + (seen[file.path]?.length ?? 0), 0),
    of: {
      files: files.length,
      hunks: isKnown ? counts.reduce((sum: number, count) => sum + (count ?? 0), 0) : null,
    },
  };
}
