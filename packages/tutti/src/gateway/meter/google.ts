/** generateContent: each chunk repeats the counts so far; thoughts are counted beside the answer. */
import { z } from "zod";
import { Count, Failure, Text, within } from "./reading.ts";
import type { Reader, Reading } from "./reading.ts";

const Chunk = z.looseObject({
  modelVersion: Text,
  error: Failure,
  candidates: z
    .array(z.looseObject({ finishReason: Text }))
    .nullable()
    .catch(null),
  promptFeedback: z.looseObject({ blockReason: Text }).nullable().catch(null),
  usageMetadata: z
    .looseObject({
      promptTokenCount: Count,
      candidatesTokenCount: Count,
      thoughtsTokenCount: Count,
      toolUsePromptTokenCount: Count,
      cachedContentTokenCount: Count,
    })
    .nullable()
    .catch(null),
});
type Chunk = z.infer<typeof Chunk>;

const isOfDialect = ({ candidates, error, promptFeedback, usageMetadata }: Chunk): boolean =>
  [candidates, error, promptFeedback, usageMetadata].some((part) => part !== null);

const isEnd = ({ candidates, promptFeedback }: Chunk): boolean =>
  candidates?.some(({ finishReason }) => finishReason !== null) === true ||
  (promptFeedback?.blockReason ?? null) !== null;

function takeChunk(chunk: Chunk, reading: Reading): void {
  reading.isRecognised = true;
  reading.error ??= chunk.error;
  reading.servedModel = chunk.modelVersion ?? reading.servedModel;
  if (isEnd(chunk)) reading.isComplete = true;
  const usage = chunk.usageMetadata;
  if (usage === null) return;
  reading.taken = within(usage.promptTokenCount + usage.toolUsePromptTokenCount, {
    cached: usage.cachedContentTokenCount,
    output: usage.candidatesTokenCount + usage.thoughtsTokenCount,
  });
}

export const readGoogle: Reader = (value, reading) => {
  // Without `alt=sse` a stream is one array of chunks.
  for (const part of Array.isArray(value) ? value : [value]) {
    const chunk = Chunk.safeParse(part);
    if (chunk.success && isOfDialect(chunk.data)) takeChunk(chunk.data, reading);
  }
};
