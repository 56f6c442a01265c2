/** Live events over one long answer. A broken connection is taken up again where it ended. */
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { RunEvent } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { open, type WireOptions } from "./wire.ts";

/** Connections in a row that bring no event. */
const MAX_EMPTY_CONNECTIONS = 5;
const RECONNECT_BASE_MS = 50;
/** Longest single event, in characters. */
const EVENT_MAX_CHARACTERS = 32 * 1024 * 1024;

export type EventQuery = {
  /** Global sequence to begin after; default: only what is new. */
  readonly after?: number;
  readonly run?: string;
  readonly signal: AbortSignal;
  /** Called once connected: whatever happens from then on is seen. */
  readonly onReady?: () => void;
};

type Message = { readonly id: string; readonly event: string; readonly data: string };

/** Ends quietly when aborted; throws `daemon.unreachable` when the daemon is gone. */
export async function* readEvents(wire: WireOptions, query: EventQuery): AsyncGenerator<RunEvent> {
  const position = { last: query.after === undefined ? null : String(query.after) };
  let empty = 0;
  while (!query.signal.aborted) {
    try {
      for await (const event of connection(wire, { query, position })) {
        empty = 0;
        yield event;
      }
    } catch (error) {
      if (query.signal.aborted) return;
      if (error instanceof TuttiError) throw error;
    }
    empty += 1;
    if (empty > MAX_EMPTY_CONNECTIONS) {
      throw new TuttiError("daemon.unreachable", "The daemon closes every connection at once.");
    }
    await delay(RECONNECT_BASE_MS * 2 ** empty, undefined, { signal: query.signal }).catch(
      () => undefined, // aborted: the loop ends
    );
  }
}

/** Where to take up again: the id of the last message. */
type Position = { last: string | null };

async function* connection(
  wire: WireOptions,
  { query, position }: { query: EventQuery; position: Position },
): AsyncGenerator<RunEvent> {
  const search = query.run === undefined ? "" : `?run=${encodeURIComponent(query.run)}`;
  const response = await open(wire, {
    path: `/events${search}`,
    headers: position.last === null ? {} : { "last-event-id": position.last },
    signal: query.signal,
  });
  try {
    for await (const { id, event, data } of messages(response)) {
      if (id !== "") position.last = id;
      if (event === "ready") query.onReady?.();
      if (event === "run") yield JSON.parse(data);
    }
  } finally {
    response.destroy();
  }
}

async function* messages(response: IncomingMessage): AsyncGenerator<Message> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    rest += String(chunk);
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_MAX_CHARACTERS) throw new TuttiError("internal", "Endless event.");
    for (const block of blocks) {
      const message = parseMessage(block);
      if (message !== null) yield message;
    }
  }
}

/** `null` for a comment. */
function parseMessage(block: string): Message | null {
  const fields = { id: "", event: "", data: "" };
  for (const line of block.split("\n")) {
    const [name = "", ...value] = line.split(": ");
    if (name === "id" || name === "event" || name === "data") fields[name] = value.join(": ");
  }
  return fields.event === "" ? null : fields;
}
