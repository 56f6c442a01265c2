/**
 * A bound on tasks for a daemon that is root: the kernel does not apply RLIMIT_NPROC to root's
 * processes. Everybody else has that limit, counted per user namespace, and needs no cgroup.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { randomIds } from "../../platform/ids.ts";
import { readProcess } from "../../platform/process-table.ts";
import { TASKS_MAX } from "./limits.ts";

/** The pids controller of version 1, and the one hierarchy of version 2. */
const V1 = "/sys/fs/cgroup/pids";
const V2 = "/sys/fs/cgroup";

const REMOVE_ATTEMPTS_MAX = 100;
const REMOVE_PAUSE_MS = 20;

/** Folder in which groups with a task limit can be made; `null` where there is none. */
export function findTaskCgroup(): string | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(join(V1, "cgroup.procs"))) return isWritable(V1) ? V1 : null;
  const controllers = join(V2, "cgroup.subtree_control");
  if (!existsSync(controllers) || !isWritable(V2)) return null;
  return readFileSync(controllers, "utf8").split(/\s/u).includes("pids") ? V2 : null;
}

/** Makes a group; the process joins it before it becomes the fence. */
export function makeTaskCgroup(parent: string): string {
  const path = join(parent, `tutti-${process.pid}-${randomIds.suffix()}`);
  mkdirSync(path);
  writeFileSync(join(path, "pids.max"), `${TASKS_MAX}`);
  return path;
}

/**
 * Removes a group whose processes have ended. A dead one stays in it until its parent, maybe the
 * machine's first process, has taken notice; the group is left alone when that takes too long.
 */
export async function removeCgroup(path: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS_MAX; attempt += 1) {
    if (removeEmpty(path)) return;
    await delay(REMOVE_PAUSE_MS, undefined, { ref: false });
  }
}

/** Removes what daemons that are gone have left. */
export function sweepTaskCgroups(parent: string): void {
  for (const name of readdirSync(parent)) {
    const daemon = /^tutti-(?<pid>\d+)-/u.exec(name)?.groups?.["pid"];
    if (daemon !== undefined && readProcess(Number(daemon)) === null)
      removeEmpty(join(parent, name));
  }
}

/** False while it is busy. */
function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

/** Only the mount decides: root passes by the permission bits, which the kernel leaves at 0555. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
