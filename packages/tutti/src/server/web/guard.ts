/**
 * The first look at every request of the web listener, before any of it is acted on. Loopback is no
 * boundary: each page that the user's browser shows can send requests here, and names can be made to
 * resolve to this machine. So a request must name this listener exactly, and come from its own pages or
 * from a program with a token.
 */
import type { IncomingMessage } from "node:http";
import type { ErrorCode } from "@tutti/protocol";
import { holdsToken } from "./secret.ts";

export type Objection = { readonly code: ErrorCode; readonly message: string };

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

/** How often a header was sent, whatever Node makes of it. */
const countOf = (rawHeaders: readonly string[], name: string): number =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;

/** Names of this listener. Another spelling of the same address is another site to a browser. */
const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

type Asked = Pick<IncomingMessage, "method" | "url" | "headers" | "rawHeaders">;

/** Null when it may go on to who asks. */
export function objectTo(request: Asked, port: number): Objection | null {
  return objectToTarget(request) ?? objectToHost(request, port) ?? objectToOrigin(request);
}

function objectToTarget({ url = "", headers }: Asked): Objection | null {
  if (headers.upgrade !== undefined)
    return { code: "usage", message: "Nothing here speaks another protocol." };
  if (!url.startsWith("/") || url.startsWith("//"))
    return { code: "usage", message: "A request names a path of this server, and no other." };
  if (holdsToken(url))
    return {
      code: "usage",
      message: "A token stands in the address, where it would be kept; send it as a header.",
    };
  return null;
}

function objectToHost({ headers, rawHeaders }: Asked, port: number): Objection | null {
  const { host = "" } = headers;
  const isOne = countOf(rawHeaders, "host") === 1 && countOf(rawHeaders, "origin") <= 1;
  if (isOne && hostsOf(port).includes(host)) return null;
  return { code: "request.misdirected", message: "This server does not answer to that name." };
}

/** Pages of other sites may lead here; what they may not is send or read anything. */
const isVisit = ({ method, url = "", headers }: Asked): boolean =>
  method === "GET" &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document" &&
  !isApi(url);

export const isApi = (url: string): boolean => /^\/api(?:[/?]|$)/u.test(url);

function objectToOrigin(request: Asked): Objection | null {
  const { host = "", origin, authorization } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const foreign: Objection = {
    code: "request.foreign",
    message: "The request comes from a page of another site.",
  };
  if (origin !== undefined && origin !== `http://${host}`) return foreign;
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  if (!isOwn && !isVisit(request)) return foreign;
  const needsOrigin = !isSafe(request.method ?? "") && authorization === undefined;
  if (needsOrigin && origin === undefined)
    return { ...foreign, message: "The request does not say which page it comes from." };
  return null;
}
