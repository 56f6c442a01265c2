/** A request's body as a whole, up to its bound. */
import type { IncomingMessage } from "node:http";
import { BODY_TIMEOUT_MS, REQUEST_MAX_BYTES } from "./limits.ts";
import type { Refusal } from "./refusal.ts";

const MIB = 1024 * 1024;

export const TOO_LARGE: Refusal = {
  status: 413,
  message: `a request may have ${REQUEST_MAX_BYTES / MIB} MiB`,
};
const TOO_SLOW: Refusal = { status: 408, message: "the request's body did not arrive in time" };
const BROKEN: Refusal = { status: 400, message: "the request's body ended in the middle" };

/** Never rejects. What comes after a refusal is read and thrown away. */
export function readBody(request: IncomingMessage): Promise<Buffer | Refusal> {
  const { promise, resolve } = Promise.withResolvers<Buffer | Refusal>();
  if (Number(request.headers["content-length"] ?? 0) > REQUEST_MAX_BYTES) {
    request.resume();
    return Promise.resolve(TOO_LARGE);
  }
  let chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => resolve(TOO_SLOW), BODY_TIMEOUT_MS);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= REQUEST_MAX_BYTES) chunks.push(chunk);
    else {
      chunks = [];
      resolve(TOO_LARGE);
    }
  });
  request.once("end", () =>
    resolve(chunks.length === 1 ? (chunks[0] ?? BROKEN) : Buffer.concat(chunks)),
  );
  request.once("error", () => resolve(BROKEN));
  request.once("close", () => resolve(BROKEN));
  return promise.finally(() => clearTimeout(timer));
}
