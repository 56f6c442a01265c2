/**
 * A process that outlives the command that started it. It says on a pipe of its own how its start
 * went, once, in one line of JSON; then the pipe closes and nothing ties the two together.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";

/** Names the descriptor of the pipe in the environment of the started process. */
const READY_VARIABLE = "TUTTI_READY_FD";
const READY_DESCRIPTOR = 3;
/** Longest line that is read from the pipe, in bytes. */
const LINE_MAX_BYTES = 64 * 1024;

export type DaemonSpec = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives standard output and standard error (0600, appended). */
  readonly logPath: string;
  readonly signal: AbortSignal;
};

/** The line that it said; `null` when it ended, or closed the pipe, without a word. */
export async function startDetached(spec: DaemonSpec): Promise<string | null> {
  const [program = "", ...args] = spec.command;
  const log = openSync(spec.logPath, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env, [READY_VARIABLE]: String(READY_DESCRIPTOR) },
      stdio: ["ignore", log, log, "pipe"],
      detached: true,
    });
    const failed = new Promise<never>((_resolve, reject) => {
      child.once("error", reject);
    });
    child.unref();
    const pipe = child.stdio[READY_DESCRIPTOR];
    if (!isReadable(pipe)) return await failed;
    return await Promise.race([readLine(pipe, spec.signal), failed]);
  } finally {
    closeSync(log);
  }
}

function isReadable(value: unknown): value is Readable {
  return typeof value === "object" && value !== null && "read" in value;
}

async function readLine(pipe: Readable, signal: AbortSignal): Promise<string | null> {
  const abort = (): void => {
    pipe.destroy(new Error("The start took too long."));
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    let text = "";
    for await (const chunk of pipe.setEncoding("utf8")) {
      text += String(chunk);
      if (text.includes("\n") || text.length > LINE_MAX_BYTES) break;
    }
    const [line = ""] = text.split("\n");
    return line === "" ? null : line;
  } finally {
    signal.removeEventListener("abort", abort);
    pipe.destroy();
  }
}

/** Says how the start went to the command that waits for it; does nothing when none does. */
export function announceStart(message: Readonly<Record<string, unknown>>): void {
  const descriptor = Number(process.env[READY_VARIABLE] ?? "");
  if (descriptor !== READY_DESCRIPTOR) return;
  // Children must not inherit the pipe: the command would wait for them as well.
  delete process.env[READY_VARIABLE];
  try {
    writeSync(descriptor, `${JSON.stringify(message)}\n`);
    closeSync(descriptor);
  } catch {
    return; // the command has gone away; the daemon stays
  }
}
