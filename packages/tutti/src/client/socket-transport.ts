/**
 * Requests over the daemon's unix socket. Kept light: a command's whole life is one request. Both ends
 * are the same program in the same version, which the version header proves on every answer.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { ApiError } from "@tutti/client/api-error";
import {
  API_PREFIX,
  type ApiRequest,
  type Transport,
  VERSION_HEADER,
} from "@tutti/client/transport";
import { type ErrorCode, ERRORS } from "@tutti/protocol/errors";

const ON_BEHALF_HEADER = "tutti-on-behalf";

export type SocketOptions = {
  readonly socketPath: string;
  /** Another version on the other end is refused; `null` takes any. */
  readonly version: string | null;
  /** The program that answers for the person; recorded and shown. */
  readonly onBehalf?: string;
};

export function socketTransport(options: SocketOptions): Transport {
  return async (request) => {
    const response = await send(options, request);
    const problem = otherVersion(options.version, response.headers[VERSION_HEADER]);
    if (problem !== null) {
      response.destroy();
      throw problem;
    }
    return {
      status: response.statusCode ?? 0,
      body: response,
      close: () => void response.destroy(),
    };
  };
}

function send(
  { socketPath, onBehalf }: SocketOptions,
  { method = "GET", path, body, headers, signal }: ApiRequest,
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

function otherVersion(own: string | null, theirs: string | string[] | undefined): ApiError | null {
  if (own === null || theirs === own) return null;
  const name = typeof theirs === "string" ? `version ${theirs}` : "another program";
  return failure("daemon.version", `The daemon is ${name}, and this command is version ${own}.`);
}

function unreachable(socketPath: string, cause: Error): ApiError {
  const why = "code" in cause && cause.code === "ENOENT" ? "is not running" : "does not answer";
  return failure("daemon.unreachable", `The daemon ${why} (${socketPath}).`, cause);
}

/** Nobody was there to take any of the request. */
export const wasRefused = ({ cause }: ApiError): boolean =>
  cause instanceof Error &&
  "code" in cause &&
  (cause.code === "ENOENT" || cause.code === "ECONNREFUSED");

/** What no daemon said itself. */
export function failure(code: ErrorCode, detail: string, cause?: unknown): ApiError {
  return new ApiError({ status: 0, code, detail, mend: ERRORS[code].mend }, { cause });
}
