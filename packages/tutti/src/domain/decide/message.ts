/** A person speaks to the agent that works on a step, and may take it back until it is given. */
import { type CommandOf, MessageId, type Rejected, type RunDocument } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { MESSAGES_WAITING_MAX } from "../limits.ts";
import { messageOf, messagesOf, waitingMessages } from "../messages.ts";
import { effectsOf, isInstance } from "../steps.ts";
import { actorName } from "./run.ts";

/** A reviewer hears nothing: he judges the change alone. */
export const messageTurn = (draft: Draft, command: CommandOf<"turn.message">): Rejected | null => {
  const { state } = draft;
  const { step, text, interrupts } = command;
  if (!isInstance(state, step)) return reject("step.unknown", `there is no step ${step}`);
  for (const { payload } of effectsOf(state, step)) {
    if (payload.kind !== "agent.turn") continue;
    if (waitingMessages(state).length >= MESSAGES_WAITING_MAX)
      return reject(
        "message.too-many",
        `${MESSAGES_WAITING_MAX} messages wait to be given already`,
      );
    const { attempt } = payload;
    const message = MessageId.parse(`M${messagesOf(state).length + 1}`);
    const by = actorName(draft);
    emit(draft, { type: "turn.messaged", step, attempt, by, text, interrupts, message });
    return null;
  }
  return reject("step.not-open", `no agent works on ${step} now`);
};

/** An agent that works is given its own messages by itself. */
const isHeard = (state: RunDocument, step: string): boolean =>
  effectsOf(state, step).some(({ payload }) => payload.kind === "agent.turn");

export const giveMessages = (draft: Draft, command: CommandOf<"message.give">): Rejected | null => {
  const { state } = draft;
  const { effect, opens } = command;
  const payload = state.effects[effect]?.payload;
  if (payload?.kind !== "agent.turn")
    return reject("effect.unknown", `no turn ${effect} is under way`);
  const { step, attempt } = payload;
  const messages = waitingMessages(state)
    .filter(({ on }) => on === step || (opens && !isHeard(state, on)))
    .map(({ message }) => message.id);
  if (messages.length > 0) emit(draft, { type: "message.given", messages, step, attempt });
  return null;
};

/** Once more is no harm: the record keeps who was first. */
export const withdrawMessage = (
  draft: Draft,
  command: CommandOf<"message.withdraw">,
): Rejected | null => {
  const { message } = command;
  const state = messageOf(draft.state, message)?.message.state;
  if (state === undefined) return reject("message.unknown", `there is no message ${message}`);
  if (state.kind === "given")
    return reject("message.given", `${message} was given to the agent of ${state.step} before`);
  if (state.kind === "waiting")
    emit(draft, { type: "message.withdrawn", message, by: actorName(draft) });
  return null;
};
