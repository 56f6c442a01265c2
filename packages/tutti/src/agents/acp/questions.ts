/** Questions of an agent as forms (`elicitation/create`), each until a person has answered. */
import { answerText } from "@tutti/protocol/question-values";
import type { QuestionAnswer } from "../../engine/ports/agents.ts";
import { formOf, type Form } from "./form.ts";
import { QUESTION_MESSAGE_MAX_CHARS } from "./limits.ts";
import type { QuestionOutcome } from "./link.ts";
import { Elicitation } from "./messages.ts";
import { type Asking, createOpenAsks } from "./open-asks.ts";
import { cut, type Transcriber } from "./transcript.ts";

export type QuestionDesk = {
  /** Resolves with the answer; `cancel` when the turn ends first or the agent withdraws it. */
  readonly ask: (params: unknown, asking: Asking, signal: AbortSignal) => Promise<QuestionOutcome>;
  /** An unknown id is passed over: the question is gone. */
  readonly answer: (id: string, answer: QuestionAnswer | null, rule?: string) => void;
  readonly cancelAll: () => void;
};

type Settled = { readonly answer: QuestionAnswer | null; readonly rule?: string };

const outcomeOf = ({ answer }: Settled): QuestionOutcome => {
  if (answer === null) return { action: "cancel" };
  return answer.action === "accept"
    ? { action: "accept", content: answer.values }
    : { action: "decline" };
};

const declined = (rule: string): Settled => ({ answer: { action: "decline", values: {} }, rule });

const TOO_MANY = declined("too many questions wait already");

export const createQuestionDesk = (transcriber: Transcriber): QuestionDesk => {
  const asks = createOpenAsks<null, Settled>("question", { answer: null });

  const settled = async (
    { message, fields }: { message: string } & Extract<Form, { kind: "form" }>,
    asking: Asking,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly answer: Settled }> => {
    if (asks.isFull()) return { id: "question", answer: TOO_MANY };
    return await asks.wait(null, asking, {
      event: (id, gone) => ({ kind: "question", id, message, fields, gone }),
      signal,
    });
  };

  const ask: QuestionDesk["ask"] = async (params, asking, signal) => {
    const asked = Elicitation.parse(params);
    if (signal.aborted) return { action: "cancel" };
    const message = cut(asked.message, QUESTION_MESSAGE_MAX_CHARS);
    const form = formOf(asked.requestedSchema);
    transcriber.flush();
    const { id, answer } =
      form.kind === "form"
        ? await settled({ ...form, message }, asking, signal)
        : { id: "question", answer: declined(form.because) };
    const fields = form.kind === "form" ? form.fields : [];
    const { rule } = answer;
    transcriber.add({
      kind: "question",
      at: transcriber.now(),
      id,
      message,
      answer: answerText(fields, answer.answer),
      ...(rule === undefined ? {} : { rule }),
    });
    return outcomeOf(answer);
  };

  return {
    ask,
    answer: (id, answer, rule) =>
      asks.find(id)?.settle({ answer, ...(rule === undefined ? {} : { rule }) }),
    cancelAll: asks.cancelAll,
  };
};
