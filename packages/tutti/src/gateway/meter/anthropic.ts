/** Messages: `message_start` names the model and the input, `message_delta` the output so far. */
import { z } from "zod";
import { NOTHING_TAKEN } from "../prices.ts";
import type { Taken } from "../prices.ts";
import { Failure, Text } from "./reading.ts";
import type { Reader } from "./reading.ts";

const MaybeCount = z.number().int().nonnegative().nullable().catch(null);
const Usage = z.looseObject({
  input_tokens: MaybeCount,
  output_tokens: MaybeCount,
  cache_read_input_tokens: MaybeCount,
  cache_creation_input_tokens: MaybeCount,
});
const Message = z.looseObject({ model: Text, usage: Usage.nullable().catch(null) });
const Event = Message.extend({
  type: z.string(),
  message: Message.nullable().catch(null),
  error: Failure,
});

const ENDS = new Set(["message_stop", "message"]);

/** A later event repeats what changed; what it leaves out stays. */
const update = (before: Taken, usage: z.infer<typeof Usage>): Taken => ({
  inputTokens: usage.input_tokens ?? before.inputTokens,
  outputTokens: usage.output_tokens ?? before.outputTokens,
  cachedTokens: usage.cache_read_input_tokens ?? before.cachedTokens,
  cacheWriteTokens: usage.cache_creation_input_tokens ?? before.cacheWriteTokens,
});

export const readAnthropic: Reader = (value, reading) => {
  const event = Event.safeParse(value);
  if (!event.success) return;
  const { type, error, message } = event.data;
  const { model, usage } = message ?? event.data;
  reading.isRecognised = true;
  if (type === "error") reading.error = error ?? "an error without a message";
  if (ENDS.has(type)) reading.isComplete = true;
  reading.servedModel ??= model;
  if (usage !== null) reading.taken = update(reading.taken ?? NOTHING_TAKEN, usage);
};
