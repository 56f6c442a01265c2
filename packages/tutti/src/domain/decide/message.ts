/** A person speaks to the agent that works on a step. */
import type { CommandOf, Rejected } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { effectsOf, isInstance } from "../steps.ts";
import { actorName } from "./run.ts";

/** A reviewer hears nothing: he judges the change alone. */
export const messageTurn = (draft: Draft, command: CommandOf<"turn.message">): Rejected | null => {
  const { step, text, interrupts } = command;
  if (!isInstance(draft.state, step)) return reject("step.unknown", `there is no step ${step}`);
  for (const { payload } of effectsOf(draft.state, step)) {
    if (payload.kind !== "agent.turn") continue;
    const { attempt } = payload;
    emit(draft, { type: "turn.messaged", step, attempt, by: actorName(draft), text, interrupts });
    return null;
  }
  return reject("step.not-open", `no agent works on ${step} now`);
};
