/** One reader of what a terminal shows, as server-sent events; `Last-Event-ID` goes on where it was. */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { TERMINAL_EVENTS, type TerminalEnded, type TerminalOutput } from "@tutti/protocol";
import type { OpenTerminals } from "../engine/terminals.ts";
import { openStream, type StreamLimits, writeFrame } from "./event-stream.ts";

/** Of one event, before base64. */
const PART_BYTES = 48 * 1024;
/**
 * A script waits for its reader as for that of a pipe: `tutti shell RUN < script | less` may stand where it is over
 * a night. A reader that is gone has closed its connection, and the script ends a minute later whatever this says;
 * so this bounds only one that stands and takes nothing, such as a `tutti` that was stopped and forgotten.
 */
const SCRIPT_STALL_MS = 24 * 60 * 60_000;

export type TerminalStreamOptions = {
  readonly output: ReturnType<OpenTerminals["output"]>;
  /** Position after which output is wanted. */
  readonly after: number;
  readonly limits: StreamLimits;
  /** The server closes. */
  readonly signal: AbortSignal;
};

/** Writes until the terminal has ended, or the reader leaves, stalls, or the server closes. Never rejects. */
export async function streamTerminal(
  response: ServerResponse,
  options: TerminalStreamOptions,
): Promise<void> {
  const signal = openStream(response, options.signal);
  const { output, limits } = options;
  const reading = output.reading();
  const isScript = output.view().kind === "script";
  try {
    await pump(response, {
      ...options,
      limits: isScript ? { ...limits, stallMs: SCRIPT_STALL_MS } : limits,
      signal,
    });
  } catch {
    if (!signal.aborted) response.destroy(); // it stalls; it comes back where it was
  } finally {
    reading[Symbol.dispose]();
  }
  if (!response.destroyed) response.end();
}

async function pump(
  response: ServerResponse,
  { output, after, limits, signal }: TerminalStreamOptions,
): Promise<void> {
  let position = after;
  const write = (text: string): Promise<void> => writeFrame(response, text, { limits, signal });
  // The head is sent with the first word, so that a page knows that it is connected.
  await write(": open\n\n");
  let isLive = false;
  for (;;) {
    const { from, bytes, isError } = output.after(position);
    for (let start = 0; start < bytes.byteLength; start += PART_BYTES) {
      const part = bytes.subarray(start, start + PART_BYTES);
      position = from + start + part.byteLength;
      const told: TerminalOutput = {
        from: from + start,
        data: Buffer.from(part).toString("base64"),
        stream: isError ? "error" : "output",
      };
      await write(frame(TERMINAL_EVENTS.output, position, told));
    }
    if (bytes.byteLength > 0) continue;
    if (!isLive) await write(frame(TERMINAL_EVENTS.live, position, {}));
    isLive = true;
    const { ended } = output.view();
    if (ended !== null && output.isClosed()) {
      const told: TerminalEnded = { reason: ended.reason, code: ended.code };
      return write(frame(TERMINAL_EVENTS.ended, position, told));
    }
    if ((await next(output, { position, limits, signal })) === "quiet")
      await write(": still here\n\n");
  }
}

const frame = (event: string, id: number, data: unknown): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

type Waiting = {
  readonly position: number;
  readonly limits: StreamLimits;
  readonly signal: AbortSignal;
};

async function next(
  output: TerminalStreamOptions["output"],
  { position, limits, signal }: Waiting,
): Promise<"quiet" | "changed"> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const quiet = delay(limits.heartbeatMs, "quiet" as const, { signal: either, ref: false });
  const changed = output.changed(position, either).then(() => "changed" as const);
  try {
    return await Promise.race([quiet, changed]);
  } finally {
    done.abort();
    await Promise.allSettled([quiet, changed]);
  }
}
