/**
 * One reader of server-sent events. It is written to only as fast as it reads; one that stops
 * reading is dropped after a while and resumes with `Last-Event-ID` where it was.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { STREAM_EVENTS } from "@tutti/protocol";
import type { Log } from "../platform/log.ts";
import type { ActivityFeed } from "./activity.ts";
import type { Feed } from "./feed.ts";

export type StreamLimits = {
  /** Time without an event after which a comment shows that the connection lives. */
  readonly heartbeatMs: number;
  /** A reader that takes nothing for this long is dropped. */
  readonly stallMs: number;
};

export const STREAM_LIMITS: StreamLimits = { heartbeatMs: 15_000, stallMs: 30_000 };

export type StreamOptions = {
  readonly feed: Feed;
  readonly activity: ActivityFeed;
  /** Sequence after which events are wanted. */
  readonly after: number;
  /** Only events of this run. */
  readonly run: string | null;
  readonly limits: StreamLimits;
  /** The server closes. */
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Writes until the reader leaves, stalls, or the server closes. Never rejects. */
export async function streamEvents(
  response: ServerResponse,
  options: StreamOptions,
): Promise<void> {
  const { feed, after, limits, signal, log } = options;
  const ended = openStream(response, signal);
  try {
    const hello = JSON.stringify({ head: feed.head() });
    await writeFrame(response, `id: ${after}\nevent: ${STREAM_EVENTS.ready}\ndata: ${hello}\n\n`, {
      limits,
      signal: ended,
    });
    await pump(response, { ...options, signal: ended });
  } catch (error) {
    // Aborts are the normal end; anything else is a broken connection, which the reader resumes.
    if (!ended.aborted) {
      log.warn("events.reader-dropped", { why: error instanceof Error ? error.message : "" });
      response.destroy();
    }
  }
  if (!response.destroyed) response.end();
}

/** Sends the head of a stream. Aborts when the reader leaves or the server closes. */
export function openStream(response: ServerResponse, signal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.on("error", () => gone.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  return AbortSignal.any([signal, gone.signal]);
}

async function pump(
  response: ServerResponse,
  { feed, activity, after, run, limits, signal }: StreamOptions,
): Promise<void> {
  let cursor = after;
  let beat = activity.beat();
  while (!signal.aborted) {
    const frames = feed.after(cursor);
    for (const frame of frames) {
      const isWanted = run === null || frame.run === run;
      if (isWanted) await writeFrame(response, frame.text, { limits, signal });
      cursor = frame.seq;
    }
    const now = activity.beat();
    const grown = activity.after(beat, run);
    beat = now;
    if (grown !== null) await writeFrame(response, grown, { limits, signal });
    if (frames.length > 0 || grown !== null) {
      // A reader far behind, or of one run among thousands, would look through the whole store in one go.
      await nextTurn();
      continue;
    }
    await idle(response, { feed, activity, cursor, beat, limits, signal });
  }
}

type IdleOptions = {
  readonly feed: Feed;
  readonly activity: ActivityFeed;
  readonly cursor: number;
  readonly beat: number;
  readonly limits: StreamLimits;
  readonly signal: AbortSignal;
};

/** Waits for events; says that the connection lives when none come. */
async function idle(
  response: ServerResponse,
  { feed, activity, cursor, beat, limits, signal }: IdleOptions,
): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const quiet = delay(limits.heartbeatMs, "quiet" as const, { signal: either, ref: false });
  const news = [
    feed.changed(cursor, { signal: either }),
    activity.changed(beat, { signal: either }),
  ].map((change) => change.then(() => "changed" as const));
  try {
    const first = await Promise.race([quiet, ...news]);
    if (first === "quiet") await writeFrame(response, ": still here\n\n", { limits, signal });
  } finally {
    done.abort();
    await Promise.allSettled([quiet, ...news]);
  }
}

type WriteOptions = { readonly limits: StreamLimits; readonly signal: AbortSignal };

/** Resolves when there is room for more. Rejects when the reader stalls. */
export async function writeFrame(
  response: ServerResponse,
  text: string,
  { limits, signal }: WriteOptions,
): Promise<void> {
  signal.throwIfAborted();
  if (response.write(text)) return;
  const stalled = AbortSignal.timeout(limits.stallMs);
  await once(response, "drain", { signal: AbortSignal.any([signal, stalled]) });
}
