/**
 * The way of an answer's body from the provider to the agent. Pipes only: a slow agent slows the
 * provider's connection down, and nothing is held but the buffers of the streams. When the provider's
 * stream breaks, so does the agent's; when the agent goes, the provider's connection is closed.
 */
import type { IncomingMessage } from "node:http";
import { type Readable, Transform } from "node:stream";
import type { Timeouts } from "./limits.ts";
import type { Tally } from "./tally.ts";

type Passing = {
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly timeouts: Pick<Timeouts, "idleMs" | "totalMs">;
};

const seconds = (ms: number): number => Math.round(ms / 1_000);

export function passOn(message: IncomingMessage, { tally, signal, timeouts }: Passing): Readable {
  const passing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      tally.read(chunk);
      idle.refresh();
      done(null, chunk);
    },
    flush(done) {
      tally.completed();
      done();
    },
  });
  const fail = (reason: string): void => {
    tally.cut(signal.aborted ? null : reason);
    message.destroy();
    passing.destroy(new Error(reason));
  };
  const idle = setTimeout(() => {
    // The agent reads slowly: then it is not the provider that is silent.
    if (passing.writableNeedDrain) idle.refresh();
    else fail(`nothing arrived for ${seconds(timeouts.idleMs)} s`);
  }, timeouts.idleMs);
  const total = setTimeout(
    () => fail(`the answer took longer than ${seconds(timeouts.totalMs)} s`),
    timeouts.totalMs,
  );
  const abort = (): void => fail("the agent has gone");
  signal.addEventListener("abort", abort, { once: true });
  message.once("error", (error) => fail(error.message));
  message.once("close", () => {
    if (!message.complete) fail("the connection was cut");
  });
  // Whoever reads may also just stop: then nobody wants the rest.
  passing.once("close", () => {
    clearTimeout(idle);
    clearTimeout(total);
    signal.removeEventListener("abort", abort);
    if (!message.complete) message.destroy();
    tally.cut(null);
  });
  passing.on("error", () => undefined);
  message.pipe(passing);
  if (signal.aborted) abort();
  return passing;
}
