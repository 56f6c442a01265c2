/** A question of an agent on its way to a person. */
import type { AgentEvent, Session } from "../ports/agents.ts";
import type { Work } from "./context.ts";

type Asked = Extract<AgentEvent, { kind: "question" }>;
type Turn = Work<"agent.turn"> | Work<"review.turn">;

/** A reviewer judges the change alone: nobody can say more of it to one. */
const ALONE = "a reviewer judges alone";
const NO_VALUES = { action: "decline", values: {} } as const;

export const relayQuestion = async (work: Turn, event: Asked, session: Session): Promise<void> => {
  const { deps, effect, payload, signal } = work;
  const { id, message, fields, gone } = event;
  if (payload.kind === "review.turn") {
    session.answerQuestion(id, NO_VALUES, ALONE);
    return;
  }
  try {
    const answer = await work.askQuestion({ effect, message, fields }, { signal, gone });
    session.answerQuestion(id, answer);
  } catch (error) {
    deps.log("a question could not be asked; the agent goes on without an answer", {
      error: String(error),
    });
    session.answerQuestion(id, NO_VALUES, "it could not be asked");
  }
};
