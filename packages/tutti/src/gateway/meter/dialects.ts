/**
 * What the events and answers of each dialect say about the model that served and what it took. Four
 * counts that do not overlap come out, however the dialect overlaps its own.
 */
import type { Dialect } from "@tutti/protocol";
import { readAnthropic } from "./anthropic.ts";
import { readGoogle } from "./google.ts";
import { readChat, readResponses } from "./openai.ts";
import type { Reader } from "./reading.ts";

type DialectReader = {
  readonly read: Reader;
  /** Events that hold one of these are read; the others only pass. */
  readonly needles: readonly string[];
  /** The text of an event that ends a stream without being JSON. */
  readonly end: string | null;
};

const ERROR_EVENTS = ['"type":"error"', '"type": "error"'];

export const READERS: Readonly<Record<Dialect, DialectReader>> = {
  anthropic: {
    read: readAnthropic,
    needles: ["message_delta", "message_stop", ...ERROR_EVENTS],
    end: null,
  },
  "openai-responses": {
    read: readResponses,
    needles: ["response.completed", "response.incomplete", "response.failed", ...ERROR_EVENTS],
    end: null,
  },
  "openai-chat": {
    read: readChat,
    needles: ['"usage":{', '"usage": {', '_reason":"', '_reason": "', '"error":{', "[DONE]"],
    end: "[DONE]",
  },
  google: {
    read: readGoogle,
    needles: ['"usageMetadata"', '"finishReason"', '"error"'],
    end: null,
  },
};
