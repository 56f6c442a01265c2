/** Who wrote a hunk: the checkpoints that brought its lines. What cannot be known is said to be unknown. */
import type { BlameView, CheckpointView } from "@tutti/protocol";
import type { FilePatch, Hunk } from "./patch.ts";

export type Writers = {
  readonly checkpoints: readonly CheckpointView[];
  /** Some of its lines are by nobody known. */
  readonly isPartial: boolean;
};

type Known = {
  readonly blame: BlameView;
  readonly checkpoints: ReadonlyMap<string, CheckpointView>;
};

export function writersOf(patch: FilePatch, hunk: Hunk, { blame, checkpoints }: Known): Writers {
  const found = new Set<string>();
  let isPartial = false;
  let added = 0;
  for (let index = hunk.first; index < hunk.first + hunk.count; index += 1) {
    if (patch.kindAt(index) !== "added") continue;
    added += 1;
    const commit = commitAt(blame, patch.lineAt(index).new ?? 0);
    if (commit === null) isPartial = true;
    else found.add(commit);
  }
  // A hunk that only removes has no line to ask about: it is known where one checkpoint alone touched the file.
  if (added === 0) {
    const [only, ...others] = blame.touched;
    if (only !== undefined && others.length === 0) found.add(only);
    else isPartial = true;
  }
  const known = [...checkpoints.values()].filter(({ commit }) => found.has(commit));
  return { checkpoints: known, isPartial: isPartial || known.length < found.size };
}

function commitAt({ lines }: BlameView, line: number): string | null {
  let [low, high] = [0, lines.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = lines[middle];
    if (range === undefined) return null;
    if (line < range.start) high = middle - 1;
    else if (line >= range.start + range.count) low = middle + 1;
    else return range.checkpoint;
  }
  return null;
}
