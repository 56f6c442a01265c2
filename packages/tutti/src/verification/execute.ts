/** One command in the fence, run to its end, its time-out or its abort. */
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError, type Sha256 } from "@tutti/protocol";
import type { CheckOptions } from "../engine/ports/verification.ts";
import type { ExitFact, FencedProcess, Sandbox } from "../engine/ports/sandbox.ts";
import { monotonicMs } from "../platform/clock.ts";
import { createCapture, type Capture, type Source } from "./capture.ts";

export type Executor = {
  readonly sandbox: Pick<Sandbox, "launch">;
  /** Keeps the log; content-addressed. */
  readonly putBlob: (bytes: Uint8Array) => Promise<Sha256>;
};

export type Command = {
  /** Given to `sh -c` at the root of the place. */
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly onLine?: (line: string, source: Source) => void;
};

export type Execution = {
  readonly isTimedOut: boolean;
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly tail: string;
  /** Null when nothing was printed. */
  readonly log: Sha256 | null;
};

/** Between SIGTERM and SIGKILL of a command that took too long. */
const STOP_GRACE_MS = 1000;
/** A descendant that outlives the shell may keep the pipes open for this long. */
const DRAIN_MS = 1000;
/** The same for every check and reproduction; a check's own `env` overrides it. */
const STEADY_ENV = { CI: "1", NO_COLOR: "1" };

/** Throws TuttiError `workspace.full` or `sandbox.*`, or the signal's reason; nothing of it is left running. */
export async function execute(
  { sandbox, putBlob }: Executor,
  command: Command,
  options: CheckOptions,
): Promise<Execution> {
  options.signal.throwIfAborted();
  const started = monotonicMs();
  const capture = createCapture({
    ...(command.onLine === undefined ? {} : { onLine: command.onLine }),
    ...(options.onOutput === undefined ? {} : { onText: options.onOutput }),
  });
  await using fenced = await sandbox.launch(
    {
      place: options.place,
      command: ["sh", "-c", command.run],
      env: { ...STEADY_ENV, ...command.env },
      egress: [],
      owner: options.owner,
    },
    { signal: options.signal },
  );
  const end = await settle(fenced, capture, { ...command, signal: options.signal });
  const durationMs = Math.round(monotonicMs() - started);
  capture.end();
  const log = capture.log();
  return {
    ...end,
    durationMs,
    tail: capture.tail(),
    log: log.length === 0 ? null : await putBlob(log),
  };
}

type End = Pick<Execution, "isTimedOut" | "code" | "signal">;

async function settle(
  fenced: FencedProcess,
  capture: Capture,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<End> {
  const closed = Promise.all([
    drain(fenced.stdout, (chunk) => capture.write(chunk, "stdout")),
    drain(fenced.stderr, (chunk) => capture.write(chunk, "stderr")),
  ]);
  fenced.stdin.on("error", () => undefined); // it may end without reading
  fenced.stdin.end();
  const timers = new AbortController();
  const aborted = Promise.withResolvers<"aborted">();
  const onAbort = (): void => aborted.resolve("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const late = delay(timeoutMs, "late" as const, { signal: timers.signal });
    late.catch(() => undefined); // the abort of the timer below
    const first = await Promise.race([fenced.exited, late, aborted.promise]);
    if (first === "aborted") signal.throwIfAborted();
    const exit = typeof first === "string" ? await fenced.stop(STOP_GRACE_MS) : first;
    const drained = delay(DRAIN_MS, undefined, { signal: timers.signal });
    drained.catch(() => undefined);
    await Promise.race([closed, drained]);
    return endOf(exit, first === "late", signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    timers.abort();
    fenced.stdout.destroy();
    fenced.stderr.destroy();
  }
}

function endOf(exit: ExitFact, isTimedOut: boolean, signal: AbortSignal): End {
  if (exit.ended === "workspace-full") {
    throw new TuttiError("workspace.full", "The command filled its workspace and was ended.");
  }
  signal.throwIfAborted();
  return { isTimedOut, code: exit.code, signal: exit.signal };
}

function drain(stream: FencedProcess["stdout"], onChunk: (chunk: Buffer) => void): Promise<void> {
  const closed = Promise.withResolvers<void>();
  stream.on("data", (chunk: Buffer) => onChunk(chunk));
  stream.once("close", () => closed.resolve());
  stream.once("error", () => closed.resolve()); // a broken pipe says no more than the exit does
  return closed.promise;
}

/** Exit codes of a shell for: not executable, not found; and for a command that was killed. */
const NOT_RUN_CODES: ReadonlySet<number> = new Set([126, 127, 128 + 9, 128 + 15]);
/** Signals that a program's own fault raises: it ran, and it failed. */
const FAULTS: ReadonlySet<string> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"]);

/** Whether the command could not run or was killed from outside, as against ran and failed. */
export function isNotRun({ code, signal }: Pick<Execution, "code" | "signal">): boolean {
  if (code !== null) return NOT_RUN_CODES.has(code);
  return signal === null || !FAULTS.has(signal);
}
