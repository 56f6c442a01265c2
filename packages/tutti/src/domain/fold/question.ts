import type { EventOf, Question, RunDocument } from "@tutti/protocol";
import { answeredFields } from "@tutti/protocol/question-values";
import { QUESTIONS_VOIDED_MAX } from "../limits.ts";
import type { Happened } from "./happened.ts";

type Answered = EventOf<"question.answered">;

/** What a person said to a question that nobody waits for any more: for the next attempt. */
const wordsOf = ({ message, fields }: Question, { action, values }: Answered): string => {
  const lines = answeredFields(fields, values).map(({ title, value }) => `${title}: ${value}`);
  const answer = action === "decline" ? ["No answer: decide it yourself."] : lines;
  return [`To your question "${message}":`, ...answer].join("\n");
};

const answered = (state: RunDocument, body: Answered, at: number): RunDocument => {
  const isIt = ({ id }: Question): boolean => id === body.question;
  const gone = state.voidedQuestions.find(isIt);
  const comments =
    gone === undefined
      ? state.comments
      : [...state.comments, { by: body.by, on: gone.step, text: wordsOf(gone, body), at }];
  return {
    ...state,
    comments,
    questions: state.questions.filter((one) => !isIt(one)),
    voidedQuestions: state.voidedQuestions.filter((one) => !isIt(one)),
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
