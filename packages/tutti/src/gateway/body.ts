/** A request's body as a whole, up to its bound. */
import type { IncomingMessage } from "node:http";
import type { Hold } from "./allowance.ts";
import { BODIES_RETRY_MS, BODY_TIMEOUT_MS, REQUEST_MAX_BYTES } from "./limits.ts";
import type { Refusal } from "./refusal.ts";

const MIB = 1024 * 1024;

export const TOO_LARGE: Refusal = {
  status: 413,
  message: `a request may have ${REQUEST_MAX_BYTES / MIB} MiB`,
};
const TOO_SLOW: Refusal = { status: 408, message: "the request's body did not arrive in time" };
const BROKEN: Refusal = { status: 400, message: "the request's body ended in the middle" };

const FULL: Refusal = {
  status: 503,
  message: "too many large requests are under way; try again",
  retryAfterMs: BODIES_RETRY_MS,
};

/** Why a body of the length that its head states is not read; null when it is. */
function refuseLength(stated: string | undefined, hold: Hold): Refusal | null {
  const length = Number(stated ?? 0);
  if (length > REQUEST_MAX_BYTES) return TOO_LARGE;
  return hold.take(length) ? null : FULL;
}

/**
 * Never rejects. Its bytes are taken from the allowance before they are read: all at once where the
 * head states them. What comes after a refusal is read and thrown away.
 */
export function readBody(request: IncomingMessage, hold: Hold): Promise<Buffer | Refusal> {
  const { promise, resolve } = Promise.withResolvers<Buffer | Refusal>();
  const stated = request.headers["content-length"];
  const refusal = refuseLength(stated, hold);
  if (refusal !== null) {
    request.resume();
    return Promise.resolve(refusal);
  }
  let chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => resolve(TOO_SLOW), BODY_TIMEOUT_MS);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    const isHeld = size <= REQUEST_MAX_BYTES && (stated !== undefined || hold.take(chunk.length));
    if (isHeld) chunks.push(chunk);
    else {
      chunks = [];
      resolve(size <= REQUEST_MAX_BYTES ? FULL : TOO_LARGE);
    }
  });
  request.once("end", () =>
    resolve(chunks.length === 1 ? (chunks[0] ?? BROKEN) : Buffer.concat(chunks)),
  );
  request.once("error", () => resolve(BROKEN));
  request.once("close", () => resolve(BROKEN));
  return promise.finally(() => clearTimeout(timer));
}
