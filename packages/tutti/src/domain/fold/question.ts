import type { EffectId, EventOf, Question, RunDocument } from "@tutti/protocol";
import { answeredFields, answerText } from "@tutti/protocol/question-values";
import { QUESTIONS_VOIDED_MAX } from "../limits.ts";
import type { Happened } from "./happened.ts";

type Answered = EventOf<"question.answered">;

const LINE_END = /\r\n|[\n\r\u2028\u2029]/u;

/** What a person said to a question, for another attempt. The agent's own words are marked as such. */
const wordsOf = ({ message, fields }: Question, { action, values }: Answered): string => {
  const quoted = message.split(LINE_END).map((line) => `> ${line}`);
  const lines = answeredFields(fields, values).map(({ title, value }) => `${title}: ${value}`);
  const said = lines.length === 0 ? [answerText(fields, { action, values })] : lines;
  const answer = action === "decline" ? ["No answer: decide it yourself."] : said;
  return ["To your question:", ...quoted, ...answer].join("\n");
};

const answered = (state: RunDocument, body: Answered, at: number): RunDocument => {
  const isIt = ({ id }: Question): boolean => id === body.question;
  const open = state.questions.find(isIt);
  const gone = state.voidedQuestions.find(isIt);
  const commentOn = (one: Question) => ({
    by: body.by,
    on: one.step,
    text: wordsOf(one, body),
    at,
  });
  return {
    ...state,
    comments: gone === undefined ? state.comments : [...state.comments, commentOn(gone)],
    answeredQuestions:
      open === undefined
        ? state.answeredQuestions
        : [...state.answeredQuestions, { effect: open.effect, comment: commentOn(open) }],
    questions: state.questions.filter((one) => !isIt(one)),
    voidedQuestions: state.voidedQuestions.filter((one) => !isIt(one)),
  };
};

/** A turn has ended. Where that was no end of its own, what it was answered is told to the next attempt. */
export const foldAnswersOf = (
  state: RunDocument,
  effect: EffectId,
  { isWhole }: { readonly isWhole: boolean },
): RunDocument => {
  const own = state.answeredQuestions.filter((one) => one.effect === effect);
  if (own.length === 0) return state;
  return {
    ...state,
    answeredQuestions: state.answeredQuestions.filter((one) => one.effect !== effect),
    comments: isWhole ? state.comments : [...state.comments, ...own.map(({ comment }) => comment)],
  };
};

/** Null: not an event of this family. */
export const foldQuestion = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "question.asked": {
      const { type: _type, question, ...asked } = body;
      return { ...state, questions: [...state.questions, { id: question, ...asked, since: at }] };
    }
    case "question.answered":
      return answered(state, body, at);
    case "question.voided": {
      const isIt = ({ id }: Question): boolean => id === body.question;
      const voided = [...state.voidedQuestions, ...state.questions.filter(isIt)];
      return {
        ...state,
        questions: state.questions.filter((one) => !isIt(one)),
        voidedQuestions: voided.slice(-QUESTIONS_VOIDED_MAX),
      };
    }
    default:
      return null;
  }
};
