/** What people say about a run, and to its agents. */
import { z } from "zod";
import { Instant, MessageId, StepKey } from "./ids.ts";

/**
 * waiting → given | withdrawn, by the order of events and by nothing else: a message that was given is
 * never withdrawn, one that was withdrawn is never given.
 */
const MessageState = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("waiting") }),
  /** Taken into a prompt of this attempt. */
  z.object({
    kind: z.literal("given"),
    step: StepKey,
    attempt: z.number().int().positive(),
    at: Instant,
  }),
  z.object({ kind: z.literal("withdrawn"), by: z.string(), at: Instant }),
]);

export const Comment = z.object({
  by: z.string(),
  on: z.string(),
  text: z.string(),
  at: Instant,
  /** It was said to the agent that worked on `on`; absent for what was said before this was recorded. */
  message: z.object({ id: MessageId, state: MessageState }).optional(),
});
export type Comment = z.infer<typeof Comment>;
