/** Reads one answer while it passes. Never holds a byte back, and never more than a bound in memory. */
import type { Dialect } from "@tutti/protocol";
import { ERROR_MAX_CHARACTERS, JSON_MAX_BYTES } from "../limits.ts";
import { READERS } from "./dialects.ts";
import { EventLines } from "./event-lines.ts";
import type { Reading } from "./reading.ts";

/** Bytes of an event around its text: what is beyond them is output. */
const ENVELOPE_BYTES = 300;
const BYTES_PER_TOKEN = 4;

export type MeterReading = Readonly<Reading> & {
  /** False when the answer was packed or too long to be read. */
  readonly isReadable: boolean;
  /** What the output takes if nobody says. */
  readonly estimatedOutput: number;
};

export type Meter = {
  readonly push: (chunk: Buffer) => void;
  /** What the answer said, once it is over or cut. */
  readonly read: () => MeterReading;
};

type Answered = {
  readonly dialect: Dialect;
  readonly contentType: string;
  readonly contentEncoding: string;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no reader recognises it
  }
};

const blank = (): Reading => ({
  servedModel: null,
  taken: null,
  isRecognised: false,
  isComplete: false,
  isPending: false,
  error: null,
});

/** Every event is at least one token; larger ones are more. */
const estimate = (events: number, bytes: number): number =>
  Math.max(events, Math.ceil((bytes - events * ENVELOPE_BYTES) / BYTES_PER_TOKEN));

function eventMeter(dialect: Dialect): Meter {
  const reading = blank();
  const { read, needles, end } = READERS[dialect];
  let bytes = 0;
  const lines = new EventLines({
    needles,
    onData: (text) => {
      if (text === end) reading.isComplete = true;
      else read(parse(text), reading);
    },
  });
  return {
    push: (chunk) => {
      bytes += chunk.length;
      lines.push(chunk);
    },
    read: () => {
      lines.end();
      // What ended the stream may have been in what was not read.
      const isReadable = reading.isComplete || !lines.hasSkipped;
      return { ...reading, isReadable, estimatedOutput: estimate(lines.events, bytes) };
    },
  };
}

function wholeMeter(dialect: Dialect): Meter {
  const reading = blank();
  let kept: Buffer[] = [];
  let bytes = 0;
  return {
    push: (chunk) => {
      bytes += chunk.length;
      if (bytes <= JSON_MAX_BYTES) kept.push(chunk);
      else kept = [];
    },
    read: () => {
      const isReadable = bytes <= JSON_MAX_BYTES;
      if (isReadable) READERS[dialect].read(parse(Buffer.concat(kept).toString("utf8")), reading);
      const estimatedOutput = Math.ceil(bytes / BYTES_PER_TOKEN);
      return { ...reading, isReadable, estimatedOutput };
    },
  };
}

function blindMeter(): Meter {
  let bytes = 0;
  return {
    push: (chunk) => {
      bytes += chunk.length;
    },
    read: () => ({
      ...blank(),
      isReadable: false,
      estimatedOutput: Math.ceil(bytes / BYTES_PER_TOKEN),
    }),
  };
}

export function createMeter({ dialect, contentType, contentEncoding }: Answered): Meter {
  if (contentEncoding !== "" && contentEncoding !== "identity") return blindMeter();
  return contentType.includes("text/event-stream") ? eventMeter(dialect) : wholeMeter(dialect);
}

/** One line of what a provider says about an error, fit for records. */
export function errorText(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]+/gu, " ").trim();
  return line.length <= ERROR_MAX_CHARACTERS ? line : `${line.slice(0, ERROR_MAX_CHARACTERS)}…`;
}
