/** What persons have seen of the candidate: hunks by their names, files by their paths. */
import type { RunDocument, Seen, SeenBy, SeenFiles } from "@tutti/protocol";

/** Files and hunks of one person: whoever says more is not reading, and the record of a run has an end. */
export const SEEN_MAX = 20_000;

export const seenOf = ({ seen, candidate }: RunDocument, by: string): SeenFiles =>
  seen.find((one) => one.by === by && one.candidate === candidate?.commit)?.files ?? [];

/** Those that they had not seen before, as far as there is room; empty where there are none. */
export const unseenOf = (state: RunDocument, by: string, files: SeenFiles): SeenFiles => {
  const known = new Map(seenOf(state, by).map(({ path, hunks }) => [path, new Set(hunks)]));
  let room = SEEN_MAX - [...known.values()].reduce((sum, hunks) => sum + 1 + hunks.size, 0);
  return files.flatMap(({ path, hunks }) => {
    const before = known.get(path);
    if (room <= 0) return [];
    const unseen = [...new Set(hunks)].filter((hunk) => before?.has(hunk) !== true);
    const more = unseen.slice(0, before === undefined ? room - 1 : room);
    if (before !== undefined && more.length === 0) return [];
    room -= more.length + (before === undefined ? 1 : 0);
    known.set(path, new Set([...(before ?? []), ...more]));
    return [{ path, hunks: more }];
  });
};

/** With what is new; another candidate begins anew. */
export const withSeen = (
  { seen }: RunDocument,
  { by, candidate, files }: SeenBy,
): RunDocument["seen"] => {
  const before = seen.find((one) => one.by === by && one.candidate === candidate);
  const merged = new Map(before?.files.map(({ path, hunks }) => [path, hunks]));
  for (const { path, hunks } of files) merged.set(path, [...(merged.get(path) ?? []), ...hunks]);
  const all = [...merged].map(([path, hunks]) => ({ path, hunks }));
  return [...seen.filter((one) => one.by !== by), { by, candidate, files: all }];
};

/** Null: nothing is known of it, which is not the same as nothing seen. */
export const seenCount = (state: RunDocument, by: string, of: Seen["of"]): Seen | null => {
  const files = seenOf(state, by);
  if (files.length === 0) return null;
  const hunks = files.reduce((sum, file) => sum + file.hunks.length, 0);
  return {
    files: Math.min(files.length, of.files),
    hunks: of.hunks === null ? hunks : Math.min(hunks, of.hunks),
    of,
  };
};
