/** Runs the stand-in daemon in a process of its own, with its own environment and descriptors. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Side } from "./arena.ts";
import type { Task } from "./programs/launch.ts";

export const LAUNCH = fileURLToPath(new URL("programs/launch.ts", import.meta.url));

export type ProgramOptions = {
  readonly command: readonly string[];
  /** Added to the daemon's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Number under which it inherits an open descriptor. */
  readonly descriptor?: number;
};

export const taskOf = (side: Side, command: readonly string[]): Task => ({
  dataFolder: join(side.folder, "data"),
  spec: { place: side.place, command, egress: [], owner: "fence-test" },
});

function startProgram(side: Side, options: ProgramOptions): ChildProcess {
  const open = options.descriptor === undefined ? null : openSync("/dev/zero", "r");
  const gap = Array.from({ length: (options.descriptor ?? 3) - 3 }, () => "ignore" as const);
  try {
    return spawn(process.execPath, [LAUNCH, JSON.stringify(taskOf(side, options.command))], {
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", ...(open === null ? [] : [...gap, open])],
    });
  } finally {
    if (open !== null) closeSync(open);
  }
}

/** To its end; what it wrote to standard error. */
export async function runProgram(side: Side, options: ProgramOptions): Promise<string> {
  const child = startProgram(side, options);
  let errors = "";
  child.stdout?.resume();
  child.stderr?.on("data", (chunk) => (errors += String(chunk)));
  await once(child, "close");
  return errors;
}
