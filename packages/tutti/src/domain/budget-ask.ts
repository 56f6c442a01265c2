import type { RunDocument } from "@tutti/protocol";
import { type Ask, answer, cancelAnswer } from "./ask.ts";
import { budgetStopOf, scopeText, spentText } from "./budget.ts";
import { isInstance } from "./steps.ts";

/** A stop for a budget: it goes on when a person raises the limit. A new day begins by itself. */
export const budgets = (state: RunDocument): Ask[] =>
  Object.values(state.steps).flatMap(({ key, status, attempts }) => {
    const stop = budgetStopOf(state, key);
    if (stop === null || status.kind !== "failed" || !isInstance(state, key)) return [];
    const { scope, measure } = stop;
    const agent = attempts.at(-1)?.agent ?? null;
    const of = scope === "day" ? " --day" : "";
    const tomorrow =
      scope === "day"
        ? [answer("retry", "Try again, on a new day", `tutti retry ${state.id} ${key}`)]
        : [];
    return [
      {
        kind: "budget",
        step: key,
        since: status.at,
        asks: `${key}: ${scopeText(scope)} is used up: ${spentText(stop)}`,
        why: `${agent ?? "its agent"} was stopped; the work is as it was left`,
        details: status.facts.details,
        answers: [
          answer(
            "raise",
            "Raise the limit",
            `tutti budget raise ${state.id}${of} --${measure} TEXT`,
          ),
          ...tomorrow,
          cancelAnswer(state),
        ],
      },
    ];
  });
