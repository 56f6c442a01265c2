/** The real program in processes of its own, with a data folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { foldersOf, socketPath } from "../../src/platform/paths.ts";

const LAUNCHER = fileURLToPath(new URL("../../bin/tutti.mjs", import.meta.url));

export type Result = { readonly code: number | null; readonly out: string; readonly err: string };

/** Beside what every program gets. */
type Environment = Readonly<Record<string, string>>;

export type Program = {
  readonly folder: string;
  readonly socket: string;
  readonly start: (words: readonly string[], more?: Environment) => ChildProcess;
  readonly tutti: (words: readonly string[], more?: Environment) => Promise<Result>;
  /** Pids of daemons with this data folder. */
  readonly daemons: () => number[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export function openProgram(): Program {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-program-")));
  const data = join(folder, "data");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TUTTI_DATA_DIR: data,
    XDG_CONFIG_HOME: join(folder, "config"),
  };
  const start: Program["start"] = (words, more = {}) =>
    spawn(process.execPath, [LAUNCHER, ...words], { cwd: folder, env: { ...env, ...more } });
  const tutti: Program["tutti"] = (words, more) => finished(start(words, more));
  const daemons = (): number[] => pidsWith(`TUTTI_DATA_DIR=${data}`, "serve");
  return {
    folder,
    socket: socketPath(foldersOf(env), "daemon.sock"),
    start,
    tutti,
    daemons,
    [Symbol.asyncDispose]: async () => {
      await tutti(["stop"]);
      for (const pid of daemons()) process.kill(pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the process has ended and nobody holds its output any more. */
export function finished(child: ChildProcess): Promise<Result> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

function pidsWith(variable: string, word: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    const isOurs =
      proc(name, "environ").split("\0").includes(variable) &&
      proc(name, "cmdline").split("\0").includes(word);
    return isOurs ? [Number(name)] : [];
  });
}

function proc(pid: string, file: string): string {
  try {
    return readFileSync(join("/proc", pid, file), "latin1");
  } catch {
    return ""; // ended in between
  }
}
