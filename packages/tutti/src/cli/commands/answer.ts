import type { Question, RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { type Action, flagOption } from "../command-spec.ts";
import { questionValues } from "../question-values.ts";
import { selectRun } from "../select-run.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const { question, words } = askedBy(await client.run(id), rest);
  const isDeclined = flagOption(input, "decline");
  if (isDeclined && words.length > 0)
    throw new TuttiError("usage", "Give values, or --decline, and not both.");
  const accepted = await client.command(id, {
    kind: "question.answer",
    question: question.id,
    action: isDeclined ? "decline" : "accept",
    values: isDeclined ? {} : questionValues(question, words),
  });
  const line = printableLine(question.message);
  return finish(cli, input, {
    run: id,
    message: `› ${line}: ${isDeclined ? "left to the agent" : "answered"}.`,
    json: { ...accepted, question: question.id },
  });
};

type Asked = { readonly question: Question; readonly words: readonly string[] };

/** One that is named, open or of a process that is gone; else the one that waits. */
function askedBy({ run: id, questions, voidedQuestions }: RunView, rest: readonly string[]): Asked {
  const [first, ...others] = rest;
  const named = [...questions, ...voidedQuestions].find((one) => one.id === first);
  if (named !== undefined) return { question: named, words: others };
  if (first !== undefined && /^q-[a-z0-9]+$/u.test(first))
    throw new TuttiError("question.unknown", `${id} asks no question ${first} now.`);
  const [only, another] = questions;
  if (only === undefined)
    throw new TuttiError("question.unknown", `No agent of ${id} asks a question now.`);
  if (another === undefined) return { question: only, words: rest };
  const names = questions.map((one) => one.id).join(", ");
  throw new TuttiError("usage", `Several questions wait; name one: ${names}.`);
}
