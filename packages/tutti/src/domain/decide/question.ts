/** Questions of agents as forms: each belongs to one attempt of one session, by its effect. */
import { type CommandOf, type Question, type Rejected, type RunDocument } from "@tutti/protocol";
import { valueProblems } from "@tutti/protocol/question-values";
import { type Draft, emit, reject } from "../draft.ts";
import { QUESTIONS_OPEN_MAX } from "../limits.ts";
import { stepState } from "../steps.ts";
import { actorName } from "./run.ts";

export const askQuestion = (draft: Draft, command: CommandOf<"question.ask">): Rejected | null => {
  const effect = draft.state.effects[command.effect];
  if (effect?.payload.kind !== "agent.turn")
    return reject("effect.unknown", `effect ${command.effect} is no author's turn under way`);
  if (draft.state.questions.length >= QUESTIONS_OPEN_MAX)
    return reject("usage", `${QUESTIONS_OPEN_MAX} questions wait for an answer already`);
  const { step } = effect.payload;
  const { question, message, fields } = command;
  const attempt = stepState(draft.state, step).attempts.at(-1)?.number ?? 1;
  emit(draft, {
    type: "question.asked",
    question,
    effect: effect.id,
    step,
    attempt,
    message,
    fields,
  });
  return null;
};

const isSame = (one: Question, other: Question): boolean =>
  one.step === other.step &&
  one.message === other.message &&
  JSON.stringify(one.fields) === JSON.stringify(other.fields);

/** The open one, or the one of a process that is gone: when the attempt after it asks the same just now, that one. */
const askedBy = ({ questions, voidedQuestions }: RunDocument, id: string): Question | undefined => {
  const open = questions.find((one) => one.id === id);
  const gone = voidedQuestions.find((one) => one.id === id);
  if (open !== undefined || gone === undefined) return open;
  return questions.find((one) => isSame(one, gone)) ?? gone;
};

export const answerQuestion = (
  draft: Draft,
  command: CommandOf<"question.answer">,
): Rejected | null => {
  const asked = askedBy(draft.state, command.question);
  if (asked === undefined)
    return reject("question.unknown", `question ${command.question} is not open`);
  const { action } = command;
  const values = action === "accept" ? command.values : {};
  const problems = action === "accept" ? valueProblems(asked.fields, values) : [];
  if (problems.length > 0) {
    const words = problems.map(({ field, problem }) => `${field} ${problem}`);
    return reject("question.invalid", `question ${asked.id}: ${words.join("; ")}`);
  }
  emit(draft, {
    type: "question.answered",
    question: asked.id,
    action,
    values,
    by: actorName(draft),
  });
  return null;
};
