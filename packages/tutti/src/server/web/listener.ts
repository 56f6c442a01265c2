/**
 * The listener for browsers and other programs of this machine: 127.0.0.1 and nothing else. Every request
 * passes the guard, then says who asks; only then does it reach the interface or a file.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type ErrorCode, TuttiError } from "@tutti/protocol";
import { problemText } from "../problem.ts";
import type { App } from "../routes/context.ts";
import type { Access, Holder } from "./access.ts";
import { cookieOf } from "./cookie.ts";
import { isApi, isSafe, objectTo, type Objection } from "./guard.ts";
import { setSecurityHeaders } from "./headers.ts";
import { sendFile } from "./static-files.ts";

const HOST = "127.0.0.1";
const CONNECTIONS_MAX = 512;
const HEADERS_MAX = 100;
const HEADERS_TIMEOUT_MS = 10_000;
/** For a request whole; its answer may take for ever. */
const REQUEST_TIMEOUT_MS = 15_000;
const CHECK_EVERY_MS = 2000;
/** Answers under way for one session or token: pages with a stream each, and what they ask. */
const OPEN_ANSWERS_MAX = 64;

export type WebListener = {
  readonly port: number;
  readonly close: () => Promise<void>;
};

export type WebListenerOptions = {
  readonly app: App;
  readonly access: Access;
  /** Told who asks, for the routes. */
  readonly holders: WeakMap<IncomingMessage, Holder>;
  readonly folder: string;
  /** 0: any that is free. */
  readonly port: number;
};

/** Throws `web.port-taken`. */
export async function openWebListener(options: WebListenerOptions): Promise<WebListener> {
  const { app, access, holders, folder } = options;
  const answers = openAnswers(access);
  const serveApi = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "", url = "" } = incoming;
    setSecurityHeaders(outgoing, isApi(url));
    const objection = objectTo(incoming, port);
    if (objection !== null) return refuse(outgoing, objection);
    const [path = ""] = url.split("?");
    if (!isApi(url)) {
      const known = incoming.headers["if-none-match"];
      if (isSafe(method)) return sendFile(outgoing, folder, { method, path, known });
      return refuse(outgoing, {
        code: "request.unknown",
        message: `There is nothing at ${method} here.`,
      });
    }
    const holder = holderOf(incoming, { access, port });
    const denied = deny(incoming, { path, holder }) ?? answers.begin(holder, outgoing);
    if (denied !== null) return refuse(outgoing, denied);
    if (holder !== null) holders.set(incoming, holder);
    await serveApi(incoming, outgoing);
  };
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()),
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.maxHeadersCount = HEADERS_MAX;
  // No listener for "upgrade": with one, Node lets go of the socket, its errors and its timeouts; without, the
  // request passes the guard like any other, which refuses it.
  const port = await listen(server, options.port);
  return {
    port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function listen(server: Server, wanted: number): Promise<number> {
  server.listen(wanted, HOST);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new TuttiError("web.port-taken", `Nothing can listen on ${HOST}:${wanted}.`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return (address satisfies AddressInfo).port;
}

type Asking = { readonly access: Access; readonly port: number };

/** A header of the one kind is not made up for by the other. */
function holderOf({ headers }: IncomingMessage, { access, port }: Asking): Holder | null {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, token = ""] = /^Bearer (\S+)$/u.exec(authorization) ?? [];
    return access.byToken(token);
  }
  const secret = cookieOf(headers.cookie, port);
  return secret === null ? null : access.bySession(secret);
}

type Who = { readonly path: string; readonly holder: Holder | null };

function deny({ method = "", headers }: IncomingMessage, { path, holder }: Who): Objection | null {
  const isSignIn = method === "POST" && path === "/api/v1/session";
  if (holder === null && !isSignIn)
    return { code: "session.required", message: "Nobody is signed in here." };
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  const isJson = /^application\/json(?:;|$)/u.test(headers["content-type"] ?? "");
  // What a form of any site can send is not JSON.
  if (method === "POST" && hasBody && !isJson)
    return { code: "request.media-type", message: "The body of a POST is application/json." };
  return null;
}

/** Answers that are under way, by who reads them: theirs end when they are gone. */
function openAnswers(access: Access) {
  const open = new Map<string, Set<ServerResponse>>();
  access.onGone((id) => {
    for (const answer of open.get(id) ?? []) answer.destroy();
  });
  const begin = (holder: Holder | null, outgoing: ServerResponse): Objection | null => {
    const id = holder?.id ?? "";
    const mine = open.get(id) ?? new Set();
    if (mine.size >= OPEN_ANSWERS_MAX)
      return {
        code: "request.too-many",
        message: `${OPEN_ANSWERS_MAX} answers are under way already.`,
      };
    open.set(id, mine.add(outgoing));
    outgoing.once("close", () => {
      mine.delete(outgoing);
      if (mine.size === 0 && open.get(id) === mine) open.delete(id);
    });
    return null;
  };
  return { begin };
}

function refuse(
  outgoing: ServerResponse,
  { code, message }: { code: ErrorCode; message: string },
): void {
  const { status, type, text } = problemText(code, message);
  outgoing.writeHead(status, { "content-type": type, connection: "close" });
  outgoing.end(text);
}
