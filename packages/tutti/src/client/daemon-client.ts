/** The client of this user's own daemon, which is started where it does not run. */
import type { RunEvent } from "@tutti/protocol";
import { ApiError } from "@tutti/client/api-error";
import { type Client, createClient } from "@tutti/client";
import { followEvents } from "@tutti/client/events";
import type { Transport } from "@tutti/client/transport";
import { failure, type SocketOptions, socketTransport, wasRefused } from "./socket-transport.ts";

/** Connections in a row that bring no event. */
const MAX_EMPTY_CONNECTIONS = 5;
const RECONNECT_BASE_MS = 50;

type EventQuery = {
  /** Global sequence to begin after; default: only what is new. */
  readonly after?: number;
  readonly run?: string;
  readonly signal: AbortSignal;
  /** Called once connected: whatever happens from then on is seen. */
  readonly onReady?: () => void;
};

export type DaemonClient = Client & {
  /** Ends quietly when aborted; throws `daemon.unreachable` when the daemon is gone. */
  readonly events: (query: EventQuery) => AsyncGenerator<RunEvent>;
};

export type DaemonOptions = SocketOptions & {
  /** Starts the daemon when it does not answer; the request is then sent once more, if it was not paid for. */
  readonly start?: (() => Promise<void>) | undefined;
};

export function connectDaemon(options: DaemonOptions): DaemonClient {
  const { start } = options;
  const plain = socketTransport(options);
  const client = createClient(start === undefined ? plain : starting(plain, start));
  return { ...client, events };

  async function* events({ onReady, ...query }: EventQuery): AsyncGenerator<RunEvent> {
    // A daemon that ends later is not started again by who only watches.
    if (start !== undefined) await client.health({ signal: query.signal });
    for await (const message of followEvents(plain, { ...query, onLost: waitMs })) {
      if (message.kind === "ready") onReady?.();
      if (message.kind === "run") yield message.event;
    }
  }
}

const starting =
  (transport: Transport, start: () => Promise<void>): Transport =>
  async (request) => {
    try {
      return await transport(request);
    } catch (error) {
      if (!(error instanceof ApiError && error.is("daemon.unreachable"))) throw error;
      if (request.isPaid === true && !wasRefused(error)) throw error;
      await start();
      return transport(request);
    }
  };

function waitMs(lost: number, error: unknown): number {
  if (error instanceof ApiError) throw error;
  if (lost > MAX_EMPTY_CONNECTIONS)
    throw failure("daemon.unreachable", "The daemon closes every connection at once.");
  return RECONNECT_BASE_MS * 2 ** lost;
}
