/**
 * The only way out of a fence: a CONNECT proxy that serves connections accepted on a socket which
 * listens inside. It belongs to one launch, so it needs no credentials, and its list never changes.
 */
import { createServer, type IncomingMessage } from "node:http";
import { connect, Socket, type Server } from "node:net";
import { lookup } from "node:dns/promises";
import type { Duplex } from "node:stream";
import { EGRESS_PORT } from "./launcher.ts";
import {
  decideEgress,
  isForeignAddress,
  isLiteral,
  readAllowList,
  type EgressTarget,
} from "./egress-target.ts";

/** Connections at once; more wait in the socket's queue or are refused. */
const CONNECTIONS_MAX = 256;
/** From a connection's begin to its complete CONNECT request. */
const HEADERS_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;
/** A tunnel in which nothing moves. Model streams may pause for minutes. */
const IDLE_TIMEOUT_MS = 15 * 60_000;
const REQUEST_HEADER_MAX_BYTES = 8192;

export type EgressOptions = {
  readonly egress: readonly string[];
  readonly onEgress?: (decision: { readonly host: string; readonly allowed: boolean }) => void;
};

export type Egress = { readonly close: () => void };

/** Takes over a listening server that was passed out of the fence. */
export function serveEgress(listening: Server, { egress, onEgress }: EgressOptions): Egress {
  const allowed = readAllowList(egress);
  const open = new Set<Duplex>();
  const keep = (stream: Duplex): void => {
    open.add(stream);
    stream.on("error", () => stream.destroy());
    stream.once("close", () => open.delete(stream));
  };
  const proxy = createServer({ maxHeaderSize: REQUEST_HEADER_MAX_BYTES }, (request, response) => {
    onEgress?.({ host: printable(request.headers.host ?? request.url ?? ""), allowed: false });
    response.writeHead(405, { Allow: "CONNECT", Connection: "close" });
    response.end("Only CONNECT is served here: plain http does not leave the sandbox.\n");
  });
  proxy.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    if (client instanceof Socket) client.setTimeout(0);
    const decision = decideEgress(request.url ?? "", allowed);
    const isAllowed = decision.kind === "allowed";
    onEgress?.({ host: printable(request.url ?? ""), allowed: isAllowed });
    if (!isAllowed) refuse(client, "403 Forbidden", decision.reason);
    else void tunnel(client, decision.target, { head, keep });
  });
  proxy.on("clientError", (_error, client) => {
    onEgress?.({ host: "(not a request)", allowed: false });
    refuse(client, "400 Bad Request", "this is not an HTTP request");
  });
  listening.maxConnections = CONNECTIONS_MAX;
  listening.on("connection", (client: Socket) => {
    keep(client);
    // The server itself checks time-outs only when it listens itself.
    client.setTimeout(HEADERS_TIMEOUT_MS, () => client.destroy());
    proxy.emit("connection", client);
  });
  return {
    close: () => {
      listening.close();
      proxy.close();
      for (const stream of open) stream.destroy();
    },
  };
}

type TunnelOptions = { readonly head: Buffer; readonly keep: (stream: Duplex) => void };

async function tunnel(client: Duplex, target: EgressTarget, options: TunnelOptions): Promise<void> {
  const address = await resolve(target.host);
  if (address === null) {
    refuse(client, "502 Bad Gateway", `${target.host} does not resolve to an address outside`);
    return;
  }
  if (client.destroyed) return;
  const upstream = connect({ host: address, port: target.port });
  options.keep(upstream);
  upstream.setTimeout(CONNECT_TIMEOUT_MS, () => upstream.destroy());
  const fail = (): void => refuse(client, "502 Bad Gateway", `${target.host} cannot be reached`);
  upstream.once("close", fail);
  upstream.once("connect", () => {
    upstream.off("close", fail);
    upstream.setTimeout(IDLE_TIMEOUT_MS, () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    client.once("close", () => upstream.destroy());
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(options.head);
    client.pipe(upstream);
    upstream.pipe(client);
  });
}

/** The address that is then connected to: nobody resolves the name a second time. */
async function resolve(host: string): Promise<string | null> {
  try {
    const addresses = await lookup(host, { all: true });
    const usable = addresses.filter(({ address }) => isLiteral(host) || isForeignAddress(address));
    return usable.length === addresses.length ? (usable[0]?.address ?? null) : null;
  } catch {
    return null; // no such name, or no DNS: the client is told in one line
  }
}

function refuse(client: Duplex, status: string, reason: string): void {
  if (client.destroyed || !client.writable) return;
  const body = `tutti: ${reason}\n`;
  client.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What a process inside wrote as its target, fit for records and terminals. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, "?").slice(0, 260);
}

/** Tells programs inside where the proxy is. Node's own fetch needs the last one. */
export function egressEnvironment(): Record<string, string> {
  const proxy = `http://127.0.0.1:${EGRESS_PORT}`;
  const here = "localhost,127.0.0.1,::1";
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NO_PROXY: here,
    no_proxy: here,
    NODE_USE_ENV_PROXY: "1",
  };
}
