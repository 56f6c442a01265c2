/** What keeps an agent's streams within bounds: its allowance, the length of a line, its open requests. */
import type { Readable } from "node:stream";
import type { AnyMessage } from "@agentclientprotocol/sdk";
import type { AgentFailure } from "../../engine/ports/agents.ts";
import { failure } from "./failures.ts";
import {
  FLOOD_BURST_BYTES,
  FLOOD_REFILL_BYTES_PER_S,
  LINE_MAX_BYTES,
  OPEN_REQUESTS_MAX,
} from "./limits.ts";

/** A failure on its way out of the reading loop. */
export class Broken extends Error {
  readonly failure: AgentFailure;

  constructor(cause: AgentFailure) {
    super(cause.message);
    this.failure = cause;
  }
}

/** What an agent may still send on both streams together: a token bucket. @throws Broken */
export const createAllowance = (): ((bytes: number) => void) => {
  let left = FLOOD_BURST_BYTES;
  let at = performance.now();
  return (bytes) => {
    const now = performance.now();
    left =
      Math.min(FLOOD_BURST_BYTES, left + ((now - at) / 1000) * FLOOD_REFILL_BYTES_PER_S) - bytes;
    at = now;
    if (left < 0)
      throw new Broken(
        failure(
          "agent.flood",
          `The agent sent more than ${FLOOD_BURST_BYTES / 1024 / 1024} MiB in a short time.`,
        ),
      );
  };
};

/** Lines of a stream without their ends. @throws Broken for one that is too long, or for too much in all. */
export async function* lines(
  stdout: Readable,
  spend: (bytes: number) => void,
): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const data of stdout) {
    let chunk = Buffer.from(data);
    spend(chunk.length);
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10)) {
      yield Buffer.concat([...parts, chunk.subarray(0, end)]).toString("utf8");
      parts = [];
      held = 0;
      chunk = chunk.subarray(end + 1);
    }
    parts.push(chunk);
    held += chunk.length;
    if (held > LINE_MAX_BYTES)
      throw new Broken(
        failure(
          "agent.flood",
          `The agent sent a message of more than ${LINE_MAX_BYTES / 1024 / 1024} MiB.`,
        ),
      );
  }
  if (held > 0) yield Buffer.concat(parts).toString("utf8");
}

/** Requests that wait for an answer, in both directions. */
export const createLedger = () => {
  const asked = new Set<unknown>();
  let toAnswer = 0;
  let wake: (() => void) | null = null;
  return {
    sent: (message: AnyMessage): void => {
      if ("method" in message) {
        if ("id" in message) asked.add(message.id);
        return;
      }
      toAnswer -= 1;
      wake?.();
    },
    /** False for an answer that nobody asked for. */
    received: (message: AnyMessage): boolean => {
      if (!("method" in message)) return asked.delete(message.id);
      if ("id" in message) toAnswer += 1;
      return true;
    },
    room: async (): Promise<void> => {
      if (toAnswer < OPEN_REQUESTS_MAX) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    },
  };
};

export type Ledger = ReturnType<typeof createLedger>;
