import { TuttiError } from "@tutti/protocol/errors";
import { flagOption, textOption, type Input } from "../command-spec.ts";
import { runCommand } from "../run-command.ts";

const MEASURES = ["usd", "tokens", "minutes"] as const;

export const run = runCommand((id, input) => {
  const budget = limitsOf(input);
  const words = Object.entries(budget).map(([measure, limit]) => `${limit} ${measure}`);
  const scope = flagOption(input, "day") ? "day" : "run";
  return {
    command: { kind: "budget.raise", scope, budget },
    message: `↺ ${id} may take ${words.join(", ")}${scope === "day" ? ", all runs of the day together" : ""}.`,
  };
});

function limitsOf(input: Input): Partial<Record<(typeof MEASURES)[number], number>> {
  const limits = MEASURES.flatMap((measure): [string, number][] => {
    const text = textOption(input, measure);
    if (text === undefined) return [];
    const pattern = measure === "tokens" ? /^\d{1,15}$/u : /^\d{1,9}(?:\.\d{1,6})?$/u;
    if (pattern.test(text) && Number(text) > 0) return [[measure, Number(text)]];
    const kind = measure === "tokens" ? "a whole number" : "a number";
    throw new TuttiError("usage", `--${measure} is ${kind} above 0.`);
  });
  if (limits.length > 0) return Object.fromEntries(limits);
  throw new TuttiError("usage", "Name the new limit: --usd, --tokens or --minutes.");
}
