/**
 * The only way out of a fence: a proxy (CONNECT, and plain HTTP by whole addresses) that serves
 * connections accepted on a socket which listens inside. It belongs to one launch, so it needs no
 * credentials. What is allowed is asked at each decision, so a person's answer counts at once.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Socket, type Server } from "node:net";
import type { Duplex } from "node:stream";
import type { EgressAnswers, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { isForeignAddress, isLiteral } from "../../platform/local-address.ts";
import { systemNames, type Lookup } from "./egress-address.ts";
import { answer, forward, readForward } from "./egress-forward.ts";
import { decideEgress, nameOf, readAllowList, type EgressTarget } from "./egress-target.ts";
import { IDLE_TIMEOUT_MS, refuse, tunnel, type Way } from "./egress-tunnel.ts";
import { EGRESS_PORT } from "./launcher.ts";

/** Connections at once; more are refused. */
const CONNECTIONS_MAX = 256;
/** From a connection's begin to its complete request, and between requests. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_HEADER_MAX_BYTES = 16 * 1024;
const HEADERS_MAX = 100;

export type EgressOptions = {
  readonly egress: readonly string[];
  readonly egressFrom?: LaunchSpec["egressFrom"];
  readonly egressAnswers?: EgressAnswers;
  readonly onEgress?: (decision: { readonly host: string; readonly allowed: boolean }) => void;
  /** Default: the system's resolver. */
  readonly lookup?: Lookup;
};

export type Egress = { readonly close: () => void };

type Verdict =
  | { readonly kind: "allowed"; readonly target: EgressTarget }
  | { readonly kind: "refused"; readonly reason: string };

/** Decides, records, and asks a person about what he could allow. */
function judge(options: EgressOptions): (text: string) => Verdict {
  const listed = readAllowList(options.egress, { mayBeLocal: options.egressFrom !== "project" });
  const { egressAnswers, onEgress } = options;
  const allowed = {
    has: (name: string) => listed.has(name) || egressAnswers?.allows(name) === true,
  };
  return (text) => {
    const decision = decideEgress(text, allowed);
    onEgress?.({ host: printable(text), allowed: decision.kind === "allowed" });
    if (decision.kind === "allowed") return decision;
    if (decision.target !== null && isAskable(decision.target))
      egressAnswers?.denied(nameOf(decision.target));
    return decision;
  };
}

/** An address of this machine or of the user's network is allowed by the configuration alone. */
const isAskable = ({ host }: EgressTarget): boolean =>
  host !== "localhost" && (!isLiteral(host) || isForeignAddress(host));

/** Takes over a listening server that was passed out of the fence. */
export function serveEgress(listening: Server, options: EgressOptions): Egress {
  const decide = judge(options);
  const { onEgress, lookup = systemNames } = options;
  const open = new Set<Duplex>();
  const keep = (stream: Duplex): void => {
    open.add(stream);
    stream.on("error", () => stream.destroy());
    stream.once("close", () => open.delete(stream));
  };
  const way: Way = { lookup, keep };
  const plain = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = readForward(request);
    if (typeof asked === "string") {
      onEgress?.({ host: printable(request.url ?? ""), allowed: false });
      answer(response, 400, asked);
      return;
    }
    const decision = decide(asked.name);
    if (decision.kind === "refused") {
      answer(response, 403, decision.reason);
      return;
    }
    request.socket.setTimeout(IDLE_TIMEOUT_MS);
    response.once("finish", () => request.socket.setTimeout(HEADERS_TIMEOUT_MS));
    forward({ request, response }, { target: decision.target, path: asked.path }, way).catch(() =>
      answer(response, 502, "the request could not be passed on"),
    );
  };
  const proxy = createServer({ maxHeaderSize: REQUEST_HEADER_MAX_BYTES }, plain);
  proxy.maxHeadersCount = HEADERS_MAX;
  proxy.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    if (client instanceof Socket) client.setTimeout(0);
    const decision = decide(request.url ?? "");
    if (decision.kind === "refused") refuse(client, "403 Forbidden", decision.reason);
    else tunnel(client, { target: decision.target, head }, way).catch(() => client.destroy());
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
