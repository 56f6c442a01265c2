import type { RunEvent } from "@tutti/protocol";
import { type AskedOptions, createAsked } from "./asked.ts";
import type { AskQuestion } from "./perform/context.ts";
import type { QuestionAnswer } from "./ports/agents.ts";

export const createQuestions = (options: AskedOptions) => {
  const asked = createAsked<QuestionAnswer>(options);

  const ask: AskQuestion = ({ effect, message, fields }, call) =>
    asked.ask(
      effect.run,
      (question) => ({
        kind: "question.ask",
        question,
        effect: effect.id,
        message,
        fields: [...fields],
      }),
      call,
    );

  /** Called with every stored event. */
  const observe = (events: readonly RunEvent[]): void => {
    for (const { body } of events) {
      if (body.type === "question.answered")
        asked.close(body.question, { action: body.action, values: body.values });
      if (body.type === "question.voided") asked.close(body.question, null);
    }
  };

  return { ask, observe };
};
