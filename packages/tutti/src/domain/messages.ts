/** Messages of people to agents, which a run keeps among its comments. */
import type { Comment, MessageId, RunDocument } from "@tutti/protocol";

export type Said = Comment & { readonly message: NonNullable<Comment["message"]> };

const isSaid = (comment: Comment): comment is Said => comment.message !== undefined;

export const messagesOf = ({ comments }: Pick<RunDocument, "comments">): readonly Said[] =>
  comments.filter((comment) => isSaid(comment));

export const waitingMessages = (state: Pick<RunDocument, "comments">): readonly Said[] =>
  messagesOf(state).filter(({ message }) => message.state.kind === "waiting");

export const messageOf = (state: Pick<RunDocument, "comments">, id: MessageId): Said | undefined =>
  messagesOf(state).find(({ message }) => message.id === id);

/** Whether a prompt may carry it. What still waits is given by a decision first. */
export const isTold = ({ message }: Comment): boolean =>
  message === undefined || message.state.kind === "given";
