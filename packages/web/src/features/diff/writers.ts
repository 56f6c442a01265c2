/** Who wrote a hunk: the checkpoints that brought its lines. What cannot be known is said to be unknown. */
import type { BlameView, CheckpointView, Plan } from "@tutti/protocol";
import type { FilePatch, Hunk } from "./patch.ts";

/** A checkpoint with what its step was to do, where the plan says so. */
export type Work = CheckpointView & {
  readonly item: { readonly title: string; readonly covers: readonly string[] } | null;
};

/** The plan item of a step such as `build[P1]`. */
export function workOf(checkpoint: CheckpointView, plan: Plan | null): Work {
  const id = /\[(.+)\]$/u.exec(checkpoint.step ?? "")?.[1];
  const found = plan?.items.find((item) => item.id === id);
  return {
    ...checkpoint,
    item: found === undefined ? null : { title: found.title, covers: found.covers },
  };
}

export type Writers = {
  readonly checkpoints: readonly Work[];
  /** Some of its lines are by nobody known. */
  readonly isPartial: boolean;
  /** Git took too long to say. */
  readonly isLate: boolean;
};

type Known = {
  readonly blame: BlameView;
  readonly checkpoints: ReadonlyMap<string, Work>;
};

/** A hunk may have 100 000 lines and be painted often: it is asked about once. */
const asked = new WeakMap<Hunk, { readonly known: Known; readonly writers: Writers }>();

export function writersOf(patch: FilePatch, hunk: Hunk, known: Known): Writers {
  const before = asked.get(hunk);
  const isSame =
    before?.known.blame === known.blame && before.known.checkpoints === known.checkpoints;
  if (before !== undefined && isSame) return before.writers;
  const writers = findWriters(patch, hunk, known);
  asked.set(hunk, { known, writers });
  return writers;
}

function findWriters(patch: FilePatch, hunk: Hunk, { blame, checkpoints }: Known): Writers {
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
  const told = [...checkpoints.values()].filter(({ commit }) => found.has(commit));
  return {
    checkpoints: told,
    isPartial: isPartial || told.length < found.size,
    isLate: blame.isLate,
  };
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
