/** What agents ask in mid-turn, whose words and ids are their own. */
import type { PermissionOption, RunDocument } from "@tutti/protocol";
import { isVisible } from "@tutti/protocol/question-values";
import { type Ask, answer, cancelAnswer } from "./ask.ts";

/** What a shell and a terminal take as it is; an agent chooses the ids of its options. */
const PLAIN_WORD = /^[\w.:@=-]+$/u;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Of a question's first line that stands for it in lists. */
const LINE_MAX_CHARS = 200;

/** The first that can be seen: it is what people choose the question by. */
const firstLine = (message: string): string => {
  const lines = message.trim().split(/\r?\n/u);
  const line = lines.find((one) => isVisible(one)) ?? "A question without words";
  return line.length > LINE_MAX_CHARS ? `${line.slice(0, LINE_MAX_CHARS)}…` : line;
};

/** People paste it: an id may not become another word of it, nor move the cursor. */
const permitCommand = (run: string, permission: string, option: PermissionOption): string => {
  if (UNPRINTABLE.test(option.id)) return "tutti permit ls";
  const word = PLAIN_WORD.test(option.id)
    ? option.id
    : `'${option.id.replaceAll("'", String.raw`'\''`)}'`;
  const verb = option.kind.startsWith("allow") ? "allow" : "deny";
  return `tutti permit ${verb} ${run} ${permission} --option=${word}`;
};

/** Permissions of tool calls. */
export const permissions = (state: RunDocument): Ask[] =>
  state.permissions.map((permission) => ({
    kind: "permission",
    step: permission.step,
    about: permission.id,
    since: permission.since,
    asks: permission.title,
    why: "the agent waits for the answer",
    details: permission.detail === "" ? [] : [permission.detail],
    answers: permission.options.map((option) =>
      answer(option.id, option.name, permitCommand(state.id, permission.id, option)),
    ),
  }));

/** By number, so that no word of the agent's gets into a line that people paste. */
const answerCommand = (run: string, question: string, fields: number): string =>
  fields === 1
    ? `tutti answer ${run} ${question} TEXT`
    : [
        `tutti answer ${run} ${question}`,
        ...Array.from({ length: fields }, (_none, index) => `${index + 1}=TEXT`),
      ].join(" ");

/** Forms. */
export const questions = (state: RunDocument): Ask[] =>
  state.questions.map(({ id, step, since, message, fields }) => {
    const line = firstLine(message);
    return {
      kind: "question",
      step,
      about: id,
      since,
      asks: line,
      why: `the agent of ${step} waits for the answer`,
      details: line === message ? [] : [message],
      fields,
      answers: [
        answer("answer", "Answer", answerCommand(state.id, id, fields.length)),
        answer("decline", "Let the agent decide", `tutti answer ${state.id} ${id} --decline`),
        cancelAnswer(state),
      ],
    };
  });
