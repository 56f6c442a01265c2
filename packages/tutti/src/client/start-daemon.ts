/**
 * Starts the daemon. Two commands may do so at once: the store's lock lets only one daemon live, the
 * other says so and ends, and its command waits for the first one's socket.
 */
import { watch } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { isErrorCode, TuttiError } from "@tutti/protocol/errors";
import { startDetached } from "../platform/daemon-process.ts";
import { ensurePrivateFolder } from "../platform/paths.ts";

/** From the start of the process to its socket, recovery of a large store included. */
const START_TIMEOUT_MS = 20_000;

export const DAEMON_LOG = "daemon.log";

export type DaemonStart = {
  /** Program and arguments of `tutti serve`. */
  readonly command: readonly string[];
  readonly socketPath: string;
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** The daemon answers when this resolves. Throws its own error when it could not start. */
export async function startDaemon(start: DaemonStart): Promise<void> {
  const logPath = join(ensurePrivateFolder(start.stateFolder), DAEMON_LOG);
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const { command, env } = start;
  let line: string | null;
  try {
    line = await startDetached({ command, env, cwd: "/", logPath, signal });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreachable(`The daemon did not start: ${why} See ${logPath}.`, cause);
  }
  if (line === null) throw unreachable(`The daemon ended while it started. See ${logPath}.`);
  const failure = failureOf(line);
  if (failure === null) return;
  if (failure.code !== "store.busy") throw failure;
  await waitForSocket(start.socketPath, signal);
}

/** `null` when the line says that all is well. */
function failureOf(line: string): TuttiError | null {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null || !("error" in value)) return null;
  const { error } = value;
  if (typeof error !== "object" || error === null) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : line;
  return new TuttiError(isErrorCode(code) ? code : "internal", message);
}

/** Tries once, and again whenever the folder of the socket changes. */
async function waitForSocket(socketPath: string, signal: AbortSignal): Promise<void> {
  const changes = watch(ensurePrivateFolder(dirname(socketPath)));
  try {
    await new Promise<void>((resolve, reject) => {
      const attempt = (): void => {
        const socket = connect(socketPath);
        socket.once("connect", () => {
          socket.destroy();
          resolve();
        });
        socket.once("error", () => socket.destroy());
      };
      signal.addEventListener("abort", () =>
        reject(unreachable("Another daemon has the data folder and does not answer.")),
      );
      changes.on("change", attempt);
      changes.once("error", reject);
      attempt();
    });
  } finally {
    changes.close();
  }
}

function unreachable(message: string, cause?: unknown): TuttiError {
  return new TuttiError("daemon.unreachable", message, cause === undefined ? {} : { cause });
}
