/** What can be compared: all of the change, what each step or attempt did, what is new to this reader. */
import type { CheckpointView } from "@tutti/protocol";

export type Range = { readonly from: string; readonly to: string };

export type RangeChoice = Range & {
  readonly id: string;
  readonly group: "All" | "Step" | "Attempt" | "You";
  readonly title: string;
};

type Known = {
  readonly base: string;
  readonly candidate: string | null;
  readonly checkpoints: readonly CheckpointView[];
  /** The candidate that this person had before them when they last looked, in this browser. */
  readonly seen: string | null;
};

const ofAttempt = ({ step, attempt, by }: CheckpointView): string => {
  if (step === null) return `Work of ${by}`;
  return attempt === null ? step : `${step}, attempt ${attempt}`;
};

export function rangesOf({ base, candidate, checkpoints, seen }: Known): readonly RangeChoice[] {
  const to = candidate ?? base;
  const choices: RangeChoice[] = [
    { id: "all", group: "All", title: "All changes since the base", from: base, to },
  ];
  if (seen !== null && seen !== to) {
    choices.push({ id: "seen", group: "You", title: "Since your last look", from: seen, to });
  }
  return [...choices, ...stepRanges(checkpoints), ...attemptRanges(checkpoints)];
}

/** From the first attempt's start to the last one's end, where a step had more than one. */
function stepRanges(checkpoints: readonly CheckpointView[]): readonly RangeChoice[] {
  const runs: CheckpointView[][] = [];
  for (const checkpoint of checkpoints) {
    const last = runs.at(-1);
    // Only what stands in a row: work of others in between is not this step's.
    if (last?.at(-1)?.step === checkpoint.step && checkpoint.step !== null) last?.push(checkpoint);
    else runs.push([checkpoint]);
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (run.length < 2 || first === undefined || last === undefined) return [];
    const { step, parent } = first;
    const title = `${step ?? ""}, ${run.length} attempts together`;
    return [{ id: `step:${last.commit}`, group: "Step", title, from: parent, to: last.commit }];
  });
}

const attemptRanges = (checkpoints: readonly CheckpointView[]): readonly RangeChoice[] =>
  checkpoints.map((checkpoint) => ({
    id: `attempt:${checkpoint.commit}`,
    group: "Attempt",
    title: ofAttempt(checkpoint),
    from: checkpoint.parent,
    to: checkpoint.commit,
  }));

const SHORT = 7;

const shortCommit = (commit: string): string => commit.slice(0, SHORT);

/** The choice that these commits are, or one that names them as they are. */
export function choiceOf(choices: readonly RangeChoice[], range: Range): RangeChoice {
  const found = choices.find(({ from, to }) => from === range.from && to === range.to);
  if (found !== undefined) return found;
  const title = `${shortCommit(range.from)} to ${shortCommit(range.to)}`;
  return { id: "other", group: "All", title, ...range };
}
