/** How much of the whole change its reader had on screen; told to the record with their approval. */
import type { DiffFile, Seen, SeenFiles } from "@tutti/protocol";
import type { Range } from "./ranges.ts";
import type { Loaded } from "./rows.ts";

/** Path → names of the hunks that were on screen. */
export type Sight = ReadonlyMap<string, ReadonlySet<string>>;

export const rangeKey = ({ from, to }: Range): string => `${from} ${to}`;

export const NO_SIGHT: Sight = new Map();

/** What of it had not been seen before; null where there is nothing. */
export function newIn(before: Sight, found: Sight): Sight | null {
  const more = new Map<string, ReadonlySet<string>>();
  for (const [path, hunks] of found) {
    const known = before.get(path);
    const names = [...hunks].filter((hunk) => known?.has(hunk) !== true);
    if (known === undefined || names.length > 0) more.set(path, new Set(names));
  }
  return more.size === 0 ? null : more;
}

export function together(before: Sight, more: Sight): Sight {
  const all = new Map(before);
  for (const [path, hunks] of more) all.set(path, new Set([...(all.get(path) ?? []), ...hunks]));
  return all;
}

export const sightOf = (files: SeenFiles): Sight =>
  new Map(files.map(({ path, hunks }) => [path, new Set(hunks)]));

export const seenFiles = (sight: Sight): SeenFiles =>
  [...sight].map(([path, hunks]) => ({ path, hunks: [...hunks] }));

type Counted = { readonly file: Pick<DiffFile, "path">; readonly loaded: Loaded };

export function seenOf(sight: Sight, files: readonly Counted[]): Seen {
  const counts = files.map(({ loaded }) =>
    loaded.kind === "read" ? loaded.patch.hunks.length : null,
  );
  const isKnown = counts.every((count) => count !== null);
  return {
    files: files.filter(({ file }) => sight.has(file.path)).length,
    hunks: files.reduce((sum, counted) => sum + hunksSeen(sight, counted), 0),
    of: {
      files: files.length,
      hunks: isKnown ? counts.reduce((sum: number, count) => sum + (count ?? 0), 0) : null,
    },
  };
}

function hunksSeen(sight: Sight, { file, loaded }: Counted): number {
  const names = sight.get(file.path);
  if (names === undefined || loaded.kind !== "read") return names?.size ?? 0;
  return loaded.patch.hunks.filter(({ name }) => names.has(name)).length;
}
