/**
 * Requests over the daemon's unix socket. Kept light: a command's whole life is one request. Answers
 * are not parsed again, because both ends are the same program in the same version, which the
 * version header proves on every answer.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { isErrorCode, TuttiError } from "@tutti/protocol/errors";

const API_PREFIX = "/api/v1";
const VERSION_HEADER = "tutti-version";
const ON_BEHALF_HEADER = "tutti-on-behalf";
/** Largest answer that is read into memory, in bytes. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

export type WireOptions = {
  readonly socketPath: string;
  /** Another version on the other end is refused; `null` takes any. */
  readonly version: string | null;
  /** The program that answers for the person; recorded and shown. */
  readonly onBehalf?: string;
};

export type WireRequest = {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the prefix, already encoded. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/** The head of an answer of this version that is no error; its body is still to be read. */
export async function open(wire: WireOptions, request: WireRequest): Promise<IncomingMessage> {
  const response = await send(wire, request);
  const status = response.statusCode ?? 0;
  const version = response.headers[VERSION_HEADER];
  if (wire.version !== null && version !== wire.version) {
    response.destroy();
    const theirs = typeof version === "string" ? `version ${version}` : "another program";
    throw new TuttiError(
      "daemon.version",
      `The daemon is ${theirs}, and this command is version ${wire.version}.`,
    );
  }
  if (status < 400) return response;
  throw problem(await readText(response), status);
}

export async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const buffer: Buffer = chunk;
    bytes += buffer.byteLength;
    if (bytes > ANSWER_MAX_BYTES) {
      response.destroy();
      throw new TuttiError("internal", "The daemon's answer is larger than any answer may be.");
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

function send(
  { socketPath, onBehalf }: WireOptions,
  { method = "GET", path, body, headers, signal }: WireRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      method,
      path: `${API_PREFIX}${path}`,
      agent: false,
      headers: {
        host: "tutti",
        ...headers,
        ...(onBehalf === undefined ? {} : { [ON_BEHALF_HEADER]: onBehalf }),
        ...(body === undefined ? {} : bodyHeaders(body)),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    request.once("response", resolve);
    request.once("error", (cause) => {
      if (signal?.aborted === true) reject(cause);
      else reject(unreachable(socketPath, cause));
    });
    request.end(body?.text);
  });
}

function bodyHeaders({ type, text }: { type: string; text: string }): Record<string, string> {
  return { "content-type": type, "content-length": String(Buffer.byteLength(text)) };
}

function unreachable(socketPath: string, cause: Error): TuttiError {
  const why = "code" in cause && cause.code === "ENOENT" ? "is not running" : "does not answer";
  return new TuttiError("daemon.unreachable", `The daemon ${why} (${socketPath}).`, {
    retry: "later",
    cause,
  });
}

/** Carries the daemon's error over: the same code, the same words. */
function problem(text: string, status: number): TuttiError {
  const body = parseObject(text);
  const code = typeof body["code"] === "string" ? body["code"] : "";
  const detail = typeof body["detail"] === "string" ? body["detail"] : `HTTP status ${status}`;
  return new TuttiError(isErrorCode(code) ? code : "internal", detail);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {}; // not JSON: the status alone tells
  }
}
