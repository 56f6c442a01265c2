/** What persons have seen of the candidate: hunks by their names, files by their paths. */
import type { RunDocument, Seen, SeenBy, SeenFiles } from "@tutti/protocol";

const seenOf = ({ seen, candidate }: RunDocument, by: string): SeenFiles =>
  seen.find((one) => one.by === by && one.candidate === candidate?.commit)?.files ?? [];

/** Those that they had not seen before; empty where there are none. */
export const unseenOf = (state: RunDocument, by: string, files: SeenFiles): SeenFiles => {
  const known = new Map(seenOf(state, by).map(({ path, hunks }) => [path, new Set(hunks)]));
  return files.flatMap(({ path, hunks }) => {
    const before = known.get(path);
    const more = hunks.filter((hunk) => before?.has(hunk) !== true);
    return before !== undefined && more.length === 0 ? [] : [{ path, hunks: more }];
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
