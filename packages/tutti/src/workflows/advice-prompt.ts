/** Questions to a model that is asked directly, outside of the steps of a workflow. */
import type { Finding, RunDocument } from "@tutti/protocol";
import { quoteBlock, QUOTE_RULE } from "./quote.ts";

const DIFF_MAX_CHARACTERS = 100_000;

export const assembleAdvice = (text: string): string =>
  [
    "Tutti step: advice (attempt 1)",
    QUOTE_RULE,
    "A person wants this done in their repository:",
    quoteBlock("task", text),
    [
      "Say of it, in advice.json:",
      "- `title`: what it is, in at most ten words, as a commit's subject would say it;",
      "- `size`: `none` where a specification would only repeat the task (a typo, a rename, a version); `one-screen` where a page says all that must hold; `full` where several parts, people or data are concerned;",
      "- `isDefect`: whether something does not work as it should;",
      "- `reason`: one or two sentences on why it has this size.",
    ].join("\n"),
  ].join("\n\n");

export type OpinionInput = {
  readonly state: RunDocument;
  readonly finding: Finding;
  readonly diff: string;
};

/** Who raised it, and what running it showed, are left out: the claim is judged by the code. */
export const assembleOpinion = ({ state, finding, diff }: OpinionInput): string => {
  const { claim, severity, locations, reproduction } = finding;
  const places = locations.map(({ path, startLine }) =>
    startLine === undefined ? path : `${path}:${startLine}`,
  );
  return [
    "Tutti step: opinion (attempt 1)",
    QUOTE_RULE,
    "Somebody claims this of a change:",
    quoteBlock("claim", [`(${severity}) ${claim}`, ...places].join("\n")),
    ...(reproduction === undefined
      ? []
      : [quoteBlock("reproduction", JSON.stringify(reproduction, null, 2))]),
    "What was asked for:",
    quoteBlock("task", state.task.text),
    "The change:",
    quoteBlock("patch", diff, DIFF_MAX_CHARACTERS),
    [
      "Try to refute the claim. Say in opinion.json:",
      "- `says`: `refuted` where the code shows that the claim is false, `holds` where it shows that it is true, `unsure` where it shows neither;",
      "- `reason`: which lines show it, and how.",
    ].join("\n"),
  ].join("\n\n");
};
