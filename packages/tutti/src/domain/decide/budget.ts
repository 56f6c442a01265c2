/** A person lets a run take more; what stopped for a lower limit goes on from where it was. */
import type { CommandOf, Facts, Rejected } from "@tutti/protocol";
import { budgetOf, budgetStopOf, MEASURES } from "../budget.ts";
import { type Draft, emit, reject } from "../draft.ts";
import { isInstance, stepState } from "../steps.ts";
import { actorName } from "./run.ts";

const refusal = (draft: Draft, { scope, budget }: CommandOf<"budget.raise">): Rejected | null => {
  const asked = MEASURES.filter((measure) => budget[measure] !== undefined);
  if (asked.length === 0) return reject("usage", "name a limit: usd, tokens or minutes");
  const present = budgetOf(draft.state, scope);
  const stops = Object.keys(draft.state.steps).flatMap(
    (key) => budgetStopOf(draft.state, key) ?? [],
  );
  for (const measure of asked) {
    const limit = budget[measure] ?? 0;
    const spent = stops
      .filter((stop) => stop.scope === scope && stop.measure === measure)
      .map((stop) => stop.spent);
    const floor = Math.max(present[measure] ?? 0, ...spent);
    if (limit <= floor)
      return reject("budget.too-low", `${limit} is not above ${floor} (${measure})`);
  }
  return null;
};

export const raiseBudget = (draft: Draft, command: CommandOf<"budget.raise">): Rejected | null => {
  const refused = refusal(draft, command);
  if (refused !== null) return refused;
  const { scope, budget } = command;
  const by = actorName(draft);
  const facts: Facts = {
    summary: `${by} raised the budget`,
    details: ["An earlier attempt was stopped for it. The workspace is as that attempt left it."],
  };
  const stopped = Object.values(draft.state.steps).filter(({ key }) => {
    const stop = budgetStopOf(draft.state, key);
    return (
      stop !== null &&
      isInstance(draft.state, key) &&
      stop.scope === scope &&
      budget[stop.measure] !== undefined
    );
  });
  emit(draft, { type: "budget.raised", scope, budget, by });
  for (const { key } of stopped) {
    const { rounds } = stepState(draft.state, key);
    emit(draft, { type: "step.reopened", step: key, because: key, facts, round: rounds });
  }
  return null;
};
