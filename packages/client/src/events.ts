/** Live events over one long answer. A broken connection is taken up again where it ended. */
import type { Activity, RunEvent } from "@tutti/protocol";
import { open, type Transport, unusable } from "./transport.ts";

/** Longest single event, in characters. */
const EVENT_MAX_CHARACTERS = 32 * 1024 * 1024;

type Told =
  /** Connected: whatever happens from then on is told. */
  | { readonly kind: "ready" }
  | { readonly kind: "run"; readonly event: RunEvent }
  | { readonly kind: "activity"; readonly activity: Activity };

/** `position`: to go on after it, as `after`. */
export type StreamMessage = Told & { readonly position: string };

export type StreamQuery = {
  /** Global sequence, or position of a message, to begin after; default: only what is new. */
  readonly after?: number | string;
  readonly run?: string;
  readonly signal: AbortSignal;
  /**
   * A connection ended, the `lost`th in a row that brought nothing (1 after one that did). Returns how long
   * to wait before the next, in milliseconds; throws to end it.
   */
  readonly onLost: (lost: number, error: unknown) => number | Promise<number>;
};

type Frame = { readonly id: string; readonly event: string; readonly data: string };

/** Where to take up again: the id of the last message, and how many connections brought nothing since. */
type Position = { last: string | null; lost: number };

/** Ends quietly when aborted, and with what `onLost` throws. */
export async function* followEvents(
  transport: Transport,
  query: StreamQuery,
): AsyncGenerator<StreamMessage> {
  const { after, signal, onLost } = query;
  const position: Position = { last: after === undefined ? null : String(after), lost: 0 };
  while (!signal.aborted) {
    let error: unknown = null;
    try {
      yield* connection(transport, { query, position });
    } catch (thrown) {
      error = thrown;
    }
    if (signal.aborted) return;
    position.lost += 1;
    await pause(await onLost(position.lost, error), signal);
  }
}

async function* connection(
  transport: Transport,
  { query: { run, signal }, position }: { query: StreamQuery; position: Position },
): AsyncGenerator<StreamMessage> {
  const search = run === undefined ? "" : `?run=${encodeURIComponent(run)}`;
  const { body, close } = await open(transport, {
    path: `/events${search}`,
    headers: position.last === null ? {} : { "last-event-id": position.last },
    signal,
  });
  try {
    for await (const frame of framesOf(body)) {
      if (frame.id !== "") position.last = frame.id;
      const message = messageOf(frame);
      if (message === null) continue;
      if (message.kind !== "ready") position.lost = 0;
      yield { ...message, position: position.last ?? "" };
      // What came in one piece with it is not wanted either.
      if (signal.aborted) return;
    }
  } finally {
    close();
  }
}

/** `null` for an event that this version does not know. */
function messageOf({ event, data }: Frame): Told | null {
  if (event === "ready") return { kind: "ready" };
  if (event === "run") return { kind: "run", event: JSON.parse(data) };
  if (event === "activity") return { kind: "activity", activity: JSON.parse(data) };
  return null;
}

export async function* framesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_MAX_CHARACTERS) throw unusable("An event has no end.");
    for (const block of blocks) {
      const frame = parseFrame(block);
      if (frame !== null) yield frame;
    }
  }
}

/** `null` for a comment. */
function parseFrame(block: string): Frame | null {
  const fields = { id: "", event: "", data: "" };
  for (const line of block.split("\n")) {
    const [name = "", ...value] = line.split(": ");
    if (name === "id" || name === "event" || name === "data") fields[name] = value.join(": ");
  }
  return fields.event === "" ? null : fields;
}

/** Ends early when aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
