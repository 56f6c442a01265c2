/** What people say to agents: first it waits, then it is given or taken back, and it stays so. */
import type { Comment, EventBody, MessageId, RunDocument } from "@tutti/protocol";
import type { Happened } from "./happened.ts";

type State = NonNullable<Comment["message"]>["state"];

const saidBy = (body: Extract<EventBody, { type: "turn.messaged" }>, at: number): Comment => {
  const { by, step: on, text, message: id } = body;
  const said = { by, on, text, at };
  return id === undefined ? said : { ...said, message: { id, state: { kind: "waiting" } } };
};

const moved = (document: RunDocument, ids: readonly MessageId[], state: State): RunDocument => ({
  ...document,
  comments: document.comments.map((comment) => {
    const { message } = comment;
    if (message?.state.kind !== "waiting" || !ids.includes(message.id)) return comment;
    return { ...comment, message: { id: message.id, state } };
  }),
});

/** Null: not an event of this family. */
export const foldMessage = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "turn.messaged":
      return { ...state, comments: [...state.comments, saidBy(body, at)] };
    case "message.given": {
      const { messages, step, attempt } = body;
      return moved(state, messages, { kind: "given", step, attempt, at });
    }
    case "message.withdrawn":
      return moved(state, [body.message], { kind: "withdrawn", by: body.by, at });
    default:
      return null;
  }
};
