/** Answers HTTP connections of listening sockets that were passed out of a fence. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { pipeline } from "node:stream";
import type { Hold } from "./allowance.ts";
import { readBody } from "./body.ts";
import type { Answer, Incoming } from "./exchange.ts";
import { CONNECTION_IDLE_MS, CONNECTIONS_MAX, HEADERS_MAX_BYTES } from "./limits.ts";

export type Serving = {
  readonly attach: (listening: Server) => void;
  readonly close: () => void;
};

/** A request as it comes from an agent or the daemon itself. Its body takes from the session's allowance. */
type Asked = Omit<Incoming, "signal" | "body"> & {
  readonly body: (hold: Hold) => ReturnType<Incoming["body"]>;
};

export type Handle = (asked: Asked, cancel: AbortController) => Promise<Answer>;

export function createServing(handle: Handle): Serving {
  const sockets = new Set<Socket>();
  const listenings = new Set<Server>();
  const server = createServer(
    // The server checks its own time-outs only when it listens itself: sockets have them here.
    { maxHeaderSize: HEADERS_MAX_BYTES, keepAliveTimeout: CONNECTION_IDLE_MS },
    (request, response) => {
      // An answer that cannot be written, for example for a header that is none, ends its connection.
      respond(handle, request, response).catch(() => response.destroy());
    },
  );
  server.on("clientError", (_error, socket) => socket.destroy());
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    socket.setTimeout(CONNECTION_IDLE_MS, () => socket.destroy());
    server.emit("connection", socket);
  };
  return {
    attach: (listening) => {
      listening.maxConnections = CONNECTIONS_MAX;
      listenings.add(listening);
      listening.on("connection", accept);
    },
    close: () => {
      for (const listening of listenings) listening.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function respond(
  handle: Handle,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const cancel = new AbortController();
  request.socket.setTimeout(0);
  response.once("close", () => {
    if (!response.writableFinished) cancel.abort();
  });
  const answer = await handle(
    {
      method: request.method ?? "",
      target: request.url ?? "",
      headers: request.headers,
      body: (hold) => readBody(request, hold),
      needsToken: true,
    },
    cancel,
  );
  if (response.destroyed) {
    answer.body.destroy();
    return;
  }
  // What is left of a refused body would be taken for the next request.
  if (!request.complete) response.shouldKeepAlive = false;
  response.writeHead(answer.status, answer.headers);
  response.flushHeaders();
  pipeline(answer.body, response, () => undefined);
}
