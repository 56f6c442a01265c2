/**
 * What a command prints, kept within bounds: whole lines for the parsers, the beginning and the end
 * of the log for the record, a short end for people and for the next prompt.
 */
import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

/** The log keeps its beginning and its end; what lies between is left out and counted. */
export const LOG_HEAD_BYTES = 1 << 20;
export const LOG_END_BYTES = 3 << 20;
/** Longer lines reach the parsers cut off. */
const LINE_MAX_CHARS = 16_384;
export const TAIL_MAX_CHARS = 8192;
/** What is passed on while the command runs; the log has the rest. */
const LIVE_MAX_BYTES = 1 << 20;

export type Source = "stdout" | "stderr";

export type CaptureOptions = {
  readonly onLine?: (line: string, source: Source) => void;
  readonly onText?: (text: string) => void;
};

export type Capture = {
  readonly write: (chunk: Buffer, source: Source) => void;
  /** Hands over the last lines, also those without a line break. */
  readonly end: () => void;
  /** At most LOG_HEAD_BYTES + LOG_END_BYTES and one line that says what is missing. */
  readonly log: () => Uint8Array;
  /** At most TAIL_MAX_CHARS, whole lines, no control sequences. */
  readonly tail: () => string;
};

export function createCapture({ onLine, onText }: CaptureOptions): Capture {
  const log = createLog();
  const live = createLive(onText);
  const lines = {
    stdout: createLines((line) => onLine?.(line, "stdout")),
    stderr: createLines((line) => onLine?.(line, "stderr")),
  };
  return {
    write: (chunk, source) => {
      log.write(chunk);
      live(chunk);
      lines[source].write(chunk);
    },
    end: () => {
      lines.stdout.end();
      lines.stderr.end();
    },
    log: log.bytes,
    tail: () => tailOf(log.bytes()),
  };
}

function createLog() {
  const head: Buffer[] = [];
  const end: Buffer[] = [];
  let headBytes = 0;
  let endBytes = 0;
  let dropped = 0;
  const trim = (): void => {
    for (let first = end[0]; first !== undefined; first = end[0]) {
      if (endBytes - first.length < LOG_END_BYTES) break;
      end.shift();
      endBytes -= first.length;
      dropped += first.length;
    }
  };
  return {
    write: (chunk: Buffer): void => {
      const kept = chunk.subarray(0, LOG_HEAD_BYTES - headBytes);
      if (kept.length > 0) head.push(kept);
      headBytes += kept.length;
      const rest = chunk.subarray(kept.length);
      if (rest.length === 0) return;
      end.push(rest);
      endBytes += rest.length;
      trim();
    },
    bytes: (): Buffer => {
      const last = Buffer.concat(end);
      const surplus = Math.max(0, last.length - LOG_END_BYTES);
      const missing = dropped + surplus;
      const note = missing === 0 ? "" : `\n[${missing} bytes left out]\n`;
      return Buffer.concat([...head, Buffer.from(note), last.subarray(surplus)]);
    },
  };
}

function createLive(onText: CaptureOptions["onText"]): (chunk: Buffer) => void {
  if (onText === undefined) return () => undefined;
  const decoder = new StringDecoder("utf8");
  let room = LIVE_MAX_BYTES;
  return (chunk) => {
    if (room <= 0) return;
    const text = decoder.write(chunk.subarray(0, room));
    room -= chunk.length;
    if (text !== "") onText(text);
    if (room <= 0) onText("\n[more output is in the log]\n");
  };
}

function createLines(onLine: (line: string) => void) {
  const decoder = new StringDecoder("utf8");
  let partial = "";
  const emit = (line: string): void => {
    const cut = line.slice(0, LINE_MAX_CHARS);
    const plain = cut.includes("\u001B") ? stripVTControlCharacters(cut) : cut;
    onLine(plain.endsWith("\r") ? plain.slice(0, -1) : plain);
  };
  const take = (text: string): void => {
    let from = 0;
    for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
      emit(partial + text.slice(from, to));
      partial = "";
      from = to + 1;
    }
    // Never more than one line's bound is held, however long the line is.
    partial = (partial + text.slice(from, from + LINE_MAX_CHARS)).slice(0, LINE_MAX_CHARS);
  };
  return {
    write: (chunk: Buffer): void => take(decoder.write(chunk)),
    end: (): void => {
      take(decoder.end());
      if (partial !== "") emit(partial);
      partial = "";
    },
  };
}

function tailOf(log: Uint8Array): string {
  const text = stripVTControlCharacters(
    Buffer.from(log.subarray(-4 * TAIL_MAX_CHARS)).toString("utf8"),
  ).trimEnd();
  if (text.length <= TAIL_MAX_CHARS && log.length <= 4 * TAIL_MAX_CHARS) return text;
  const end = text.slice(-TAIL_MAX_CHARS);
  const firstBreak = end.indexOf("\n");
  return firstBreak === -1 ? end : end.slice(firstBreak + 1);
}
