/** Short host commands, such as git: run to the end, output in memory, everything bounded. */
import { setTimeout as delay } from "node:timers/promises";
import type { Readable } from "node:stream";
import { spawnOwned, type ExitStatus, type OwnedProcess } from "./spawn.ts";

export type RunOptions = {
  readonly cwd: string;
  /** The whole environment; default that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** For standard output and standard error together. */
  readonly maxOutputBytes?: number;
  /** Written to standard input, which is then closed. */
  readonly stdin?: string | Uint8Array;
  /** Sees output as it comes, within the same bound. */
  readonly onOutput?: (chunk: Buffer, stream: "stdout" | "stderr") => void;
  readonly signal?: AbortSignal;
};

export type RunResult = {
  /** `null` when a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output as UTF-8 and as it came. */
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
  /** Why it was ended from here, or `not-started` (then `stderr` holds the system's message). */
  readonly ended: "timeout" | "aborted" | "output" | "not-started" | null;
  readonly durationMs: number;
};

const RUN_TIMEOUT_MS = 60_000;
const RUN_OUTPUT_BYTES = 32 << 20;
/** Descendants that keep the pipes open get this long after the root's end. */
const DRAIN_MS = 1000;

/**
 * Runs a program and returns facts; never throws for what the program or its caller's signal does.
 * Success is `code === 0`. When it is ended from here, its whole tree is.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const started = performance.now();
  const output = collector(options);
  const finish = (status: ExitStatus, ended: RunResult["ended"], message = ""): RunResult => ({
    ...status,
    ...output.result(message),
    ended,
    durationMs: performance.now() - started,
  });
  if (options.signal?.aborted === true) return finish({ code: null, signal: null }, "aborted");
  const owned = await start(command, args, options);
  if (owned instanceof Error) {
    return finish({ code: null, signal: null }, "not-started", owned.message);
  }
  owned.stdin.end(options.stdin ?? "");
  const ended = await settle(owned, output, options);
  return finish(await owned.exited, ended);
}

async function start(
  command: string,
  args: readonly string[],
  { cwd, env = ownEnvironment() }: RunOptions,
): Promise<OwnedProcess | Error> {
  try {
    return await spawnOwned({ command, args, cwd, env });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Waits for the first of: the end, the time-out, the abort, too much output. */
async function settle(
  owned: OwnedProcess,
  output: Collector,
  { signal, timeoutMs = RUN_TIMEOUT_MS }: RunOptions,
): Promise<RunResult["ended"]> {
  const closed = Promise.all([
    output.read(owned.stdout, "stdout"),
    output.read(owned.stderr, "stderr"),
  ]);
  const timers = new AbortController();
  const aborted = Promise.withResolvers<"aborted">();
  const onAbort = (): void => aborted.resolve("aborted");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const done = owned.exited.then(async (): Promise<null> => {
      await Promise.race([
        closed,
        delay(DRAIN_MS, undefined, { signal: timers.signal, ref: false }),
      ]);
      return null;
    });
    const late = delay(timeoutMs, "timeout" as const, { signal: timers.signal });
    const ended = await Promise.race([done, late, aborted.promise, output.overflow]);
    if (ended !== null) await owned.stop(0);
    else if (!output.isClosed()) await owned.stop(0);
    return ended;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    timers.abort();
    owned.stdout.destroy();
    owned.stderr.destroy();
  }
}

type Collector = ReturnType<typeof collector>;

function collector({ maxOutputBytes = RUN_OUTPUT_BYTES, onOutput }: RunOptions) {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const overflow = Promise.withResolvers<"output">();
  let room = maxOutputBytes;
  let open = 0;
  const take = (chunk: Buffer, name: "stdout" | "stderr"): void => {
    const kept = chunk.subarray(0, Math.max(room, 0));
    if (kept.length < chunk.length) overflow.resolve("output");
    room -= kept.length;
    if (kept.length === 0) return;
    chunks[name].push(kept);
    onOutput?.(kept, name);
  };
  return {
    overflow: overflow.promise,
    isClosed: () => open === 0,
    read: (stream: Readable, name: "stdout" | "stderr"): Promise<void> => {
      open += 1;
      return new Promise((resolve) => {
        stream.on("data", (chunk: Buffer) => take(chunk, name));
        stream.once("close", () => {
          open -= 1;
          resolve();
        });
      });
    },
    result: (message: string) => {
      const bytes = Buffer.concat(chunks.stdout);
      const stderr = message === "" ? Buffer.concat(chunks.stderr).toString() : message;
      return { bytes, stdout: bytes.toString(), stderr };
    },
  };
}

function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
