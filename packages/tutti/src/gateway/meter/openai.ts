/** Responses and Chat Completions: cached input is within the input, reasoning within the output. */
import { z } from "zod";
import { Count, Failure, Text, within } from "./reading.ts";
import type { Reader, Reading } from "./reading.ts";

const Cached = z.looseObject({ cached_tokens: Count }).catch({ cached_tokens: 0 });
const Response = z.looseObject({
  object: Text,
  status: Text,
  model: Text,
  error: Failure,
  usage: z
    .looseObject({ input_tokens: Count, output_tokens: Count, input_tokens_details: Cached })
    .nullable()
    .catch(null),
});
const Event = z.looseObject({
  type: z.string(),
  response: Response.nullable().catch(null),
  error: Failure,
  message: Text,
});

const PENDING = new Set(["queued", "in_progress"]);
const ENDS = new Set(["response.completed", "response.incomplete", "response.failed"]);

function takeResponse(
  { model, status, error, usage }: z.infer<typeof Response>,
  into: Reading,
): void {
  into.servedModel = model ?? into.servedModel;
  if (status === "failed") into.error = error ?? "the response failed";
  if (usage === null) return;
  const cached = usage.input_tokens_details.cached_tokens;
  into.taken = within(usage.input_tokens, { cached, output: usage.output_tokens });
}

function readWholeResponse(value: unknown, reading: Reading): void {
  const whole = Response.safeParse(value);
  if (!whole.success) return;
  reading.error ??= whole.data.error;
  if (whole.data.object !== "response") return;
  reading.isRecognised = true;
  reading.isComplete = true;
  reading.isPending = PENDING.has(whole.data.status ?? "");
  takeResponse(whole.data, reading);
}

export const readResponses: Reader = (value, reading) => {
  const event = Event.safeParse(value);
  if (!event.success) {
    readWholeResponse(value, reading);
    return;
  }
  const { type, response, error, message } = event.data;
  reading.isRecognised = true;
  if (type === "error") reading.error = error ?? message ?? "an error without a message";
  if (ENDS.has(type)) reading.isComplete = true;
  if (response !== null) takeResponse(response, reading);
};

const Choice = z.looseObject({ finish_reason: Text });
const Chunk = z.looseObject({
  model: Text,
  error: Failure,
  choices: z.array(Choice).nullable().catch(null),
  usage: z
    .looseObject({
      prompt_tokens: Count,
      completion_tokens: Count,
      prompt_tokens_details: Cached,
      /** DeepSeek's word for it. */
      prompt_cache_hit_tokens: Count,
    })
    .nullable()
    .catch(null),
});

/** Streams end with `[DONE]`, which not every server sends: a reason to finish is an end as well. */
export const readChat: Reader = (value, reading) => {
  const chunk = Chunk.safeParse(value);
  if (!chunk.success) return;
  const { choices, usage, error, model } = chunk.data;
  if (choices === null && usage === null && error === null) return;
  reading.isRecognised = true;
  reading.error ??= error;
  reading.servedModel ??= model;
  if (choices?.some(({ finish_reason }) => finish_reason !== null) === true) {
    reading.isComplete = true;
  }
  if (usage === null) return;
  const cached = Math.max(usage.prompt_tokens_details.cached_tokens, usage.prompt_cache_hit_tokens);
  reading.taken = within(usage.prompt_tokens, { cached, output: usage.completion_tokens });
};
