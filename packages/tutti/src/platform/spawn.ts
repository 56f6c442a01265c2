/**
 * The only place that starts processes. Arguments go to the program as they are; no shell reads
 * them. Every process gets a process group and session of its own and is ended with its whole tree.
 */
import { spawn as nodeSpawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { PassThrough, type Duplex, type Readable, type Writable } from "node:stream";
import { randomBase32 } from "./ids.ts";
import { isAlive, readProcess, type ProcessId } from "./process-table.ts";
import { killTree, TREE_MARK, type ProcessTree } from "./process-tree.ts";

export type SpawnSpec = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** The caller's own stdio and terminal: no session of its own then. */
  readonly isTerminal?: boolean;
  /** Descriptors from 3 on: an open one to pass, a pipe to write to, the channel for messages, or none. */
  readonly extra?: readonly (number | "pipe" | "ipc" | "ignore")[];
  /** `false` leaves the environment exactly as given, without the mark of the tree. */
  readonly isMarked?: boolean;
};

/** How the root ended: an exit code or a signal, never both. */
export type ExitStatus = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type OwnedProcess = {
  readonly id: ProcessId;
  readonly tree: ProcessTree;
  /** Under `isTerminal` the three streams are empty. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Pipes asked for by `extra`, by descriptor number. */
  readonly pipe: (descriptor: number) => Duplex | null;
  /** For messages, when `extra` has `"ipc"`. */
  readonly child: ChildProcess;
  /** The root has ended; descendants may still hold its pipes. */
  readonly exited: Promise<ExitStatus>;
  /** SIGTERM to the group, then after `graceMs` SIGKILL to the tree. Resolves when nothing is left. */
  readonly stop: (graceMs?: number) => Promise<ExitStatus>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Time between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 2000;

/** Rejects with the system's error (`ENOENT`, `EACCES`, `E2BIG`, …) when the program cannot start. */
export async function spawnOwned(spec: SpawnSpec): Promise<OwnedProcess> {
  const mark = spec.isMarked === false ? null : randomBase32(16);
  const child = startChild(spec, mark);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  if (child.pid === undefined) {
    throw await new Promise<Error>((resolve) => {
      child.once("error", resolve);
    });
  }
  // After a successful start these are failed kills and messages to a process that has ended.
  child.on("error", () => undefined);
  const id = { pid: child.pid, startTime: readProcess(child.pid)?.startTime ?? 0 };
  const tree: ProcessTree = { root: id, mark };
  const stop = async (graceMs = STOP_GRACE_MS): Promise<ExitStatus> => {
    signalGroup(id, "SIGTERM");
    if (graceMs > 0) await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
    await killTree(tree);
    return exited;
  };
  return {
    id,
    tree,
    stdin: quiet(child.stdin ?? new PassThrough()),
    stdout: keep(child.stdout),
    stderr: keep(child.stderr),
    pipe: (descriptor) => pipeOf(child, descriptor),
    child,
    exited,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop(0);
    },
  };
}

function startChild(spec: SpawnSpec, mark: string | null): ChildProcess {
  const isTerminal = spec.isTerminal === true;
  const base = isTerminal ? "inherit" : "pipe";
  const stdio: StdioOptions = [base, base, base, ...(spec.extra ?? [])];
  return nodeSpawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: mark === null ? { ...spec.env } : { ...spec.env, [TREE_MARK]: mark },
    stdio,
    detached: !isTerminal,
    windowsHide: true,
  });
}

function pipeOf(child: ChildProcess, descriptor: number): Duplex | null {
  const stream: unknown = child.stdio[descriptor];
  return isDuplex(stream) ? quiet(stream) : null;
}

function isDuplex(value: unknown): value is Duplex {
  return typeof value === "object" && value !== null && "write" in value && "read" in value;
}

/**
 * Node throws away what nobody has read yet when a child ends; a caller may come to read a moment
 * later. What is in the pipe stays readable this way, and the bound of the streams is kept.
 */
function keep(source: Readable | null): Readable {
  const kept = quiet(new PassThrough());
  if (source === null) return kept.end();
  quiet(source).pipe(kept);
  source.once("close", () => kept.end());
  kept.once("close", () => source.destroy());
  return kept;
}

/** EPIPE and ECONNRESET on a pipe only say that the process ended, which `exited` tells better. */
function quiet<Stream extends Writable | Readable>(stream: Stream): Stream {
  stream.on("error", () => undefined);
  return stream;
}

function signalGroup(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(id)) return;
  try {
    process.kill(-id.pid, signal);
  } catch {
    // Under isTerminal there is no group of its own, or it ended in between.
    try {
      process.kill(id.pid, signal);
    } catch {
      return;
    }
  }
}
