/** Which attempts of agents are open, and which have ended since. */
import type { StepView } from "@tutti/protocol";

type Steps = readonly Pick<StepView, "history" | "id">[];

const turnsOf = (steps: Steps) =>
  steps.flatMap(({ id, history }) =>
    history
      .filter(({ agent }) => agent !== null)
      .map((attempt) => ({ ...attempt, step: id, key: `${id}.${attempt.number}` })),
  );

export const openTurns = (steps: Steps): ReadonlySet<string> =>
  new Set(
    turnsOf(steps)
      .filter(({ endedAt }) => endedAt === null)
      .map(({ key }) => key),
  );

/** In words, for those that were open. */
export const endedTurns = (open: ReadonlySet<string>, steps: Steps): readonly string[] =>
  turnsOf(steps)
    .filter(({ key, endedAt }) => endedAt !== null && open.has(key))
    .map(
      ({ step, number, agent, outcome }) =>
        `Turn ended: ${step}, attempt ${number} by ${agent ?? ""}${outcome === null ? "" : `: ${outcome}`}`,
    );
