/**
 * One plain HTTP request, written anew for its target: what the client and the target could read
 * differently (lengths, framing, hosts, headers of one hop) is refused or made by this side.
 */
import { request as startRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { resolveTarget } from "./egress-address.ts";
import { nameOf, readTarget, type EgressTarget } from "./egress-target.ts";
import { CONNECT_TIMEOUT_MS, IDLE_TIMEOUT_MS, nowhere, pinned, type Way } from "./egress-tunnel.ts";

/** Of an answer. In bytes. */
const ANSWER_HEADER_MAX_BYTES = 64 * 1024;
const HTTP_PORT = 80;
/** Of a final answer. */
const STATUS_MIN = 200;
const STATUS_MAX = 599;

/** Headers that hold for one hop only, besides those that `Connection` names. */
const OF_ONE_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export type Forward = {
  /** As it would be listed. */
  readonly name: string;
  readonly path: string;
};

const ABSOLUTE = /^http:\/\/(?<authority>[^/?#\\@\s]+)(?<path>[/?][^#\s]*)?$/iu;

const withPort = (authority: string): string =>
  /:\d+$/u.test(authority) ? authority : `${authority}:${HTTP_PORT}`;

/** What a request asks for, or why it is refused whatever is listed. */
export function readForward(request: IncomingMessage): Forward | string {
  const groups = ABSOLUTE.exec(request.url ?? "")?.groups;
  if (groups === undefined) return "a proxy is asked with a whole http:// address, or by CONNECT";
  const target = readTarget(withPort(groups["authority"] ?? ""));
  if (typeof target === "string") return target;
  const name = nameOf(target);
  const path = groups["path"] ?? "/";
  return ambiguity(request, name) ?? { name, path: path.startsWith("/") ? path : `/${path}` };
}

/** What two readers of a request could take for two different things. */
function ambiguity({ httpVersion, headers, rawHeaders }: IncomingMessage, name: string) {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return "only HTTP/1.1 is spoken here";
  const hosts = rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === "host");
  const host = readTarget(withPort(headers.host ?? ""));
  if (hosts.length !== 1 || typeof host === "string" || nameOf(host) !== name)
    return "the Host header names another host than the address";
  const { "transfer-encoding": framing = "chunked" } = headers;
  return framing === "chunked" ? null : "the body is framed in an unknown way";
}

/** Name and value, one after the other, without those of one hop. */
function ownHeaders(raw: readonly string[], connection: string | undefined): string[] {
  const named = (connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...OF_ONE_HOP, ...named]);
  return raw.flatMap((name, at) =>
    at % 2 === 0 && !dropped.has(name.toLowerCase()) ? [name, raw[at + 1] ?? ""] : [],
  );
}

const hostOf = ({ host, port }: EgressTarget): string =>
  port === HTTP_PORT ? host : `${host}:${port}`;

export async function forward(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { target, path }: { readonly target: EgressTarget; readonly path: string },
  { lookup, keep }: Way,
): Promise<void> {
  const addresses = await resolveTarget(target.host, lookup);
  if (addresses.length === 0) return answer(response, 502, nowhere(target));
  if (response.destroyed) return undefined;
  const kept = ownHeaders(request.rawHeaders, request.headers.connection);
  const isChunked = request.headers["transfer-encoding"] !== undefined;
  const upstream = startRequest({
    host: target.host,
    port: target.port,
    lookup: pinned(addresses),
    agent: false,
    method: request.method,
    path,
    maxHeaderSize: ANSWER_HEADER_MAX_BYTES,
    setHost: false,
    headers: [
      "Host",
      hostOf(target),
      ...kept.filter((_text, at) => kept[at - (at % 2)]?.toLowerCase() !== "host"),
      ...(isChunked ? ["Transfer-Encoding", "chunked"] : []),
      "Connection",
      "close",
    ],
  });
  upstream.on("socket", (socket) => {
    keep(socket);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    socket.once("connect", () => socket.setTimeout(IDLE_TIMEOUT_MS));
  });
  upstream.on("response", (incoming) => {
    if (!begin(response, incoming)) {
      incoming.destroy();
      answer(response, 502, `${target.host} does not answer in HTTP`);
      return;
    }
    pipeline(incoming, response, () => incoming.destroy());
  });
  upstream.on("error", () => answer(response, 502, `${target.host} cannot be reached`));
  response.once("close", () => upstream.destroy());
  pipeline(request, upstream, () => undefined);
  return undefined;
}

/** False when the answer cannot be passed on: an odd status, or headers that nobody may send. */
function begin(response: ServerResponse, incoming: IncomingMessage): boolean {
  const { statusCode: status = 0, rawHeaders, headers } = incoming;
  if (status < STATUS_MIN || status > STATUS_MAX) return false;
  try {
    response.writeHead(status, ownHeaders(rawHeaders, headers.connection));
    return true;
  } catch {
    return false;
  }
}

export function answer(response: ServerResponse, status: number, reason: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  response.end(`tutti: ${reason}\n`);
}
