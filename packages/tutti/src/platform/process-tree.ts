/**
 * A process tree and how to end it. Members are found four ways, because each alone misses some:
 * parents (a child that changed its session), process group and session of the root (a child whose
 * parent died), and a mark in the environment (a double-forked child in a session of its own). One
 * that also throws its environment away escapes all four; only a pid namespace holds that one.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
  descendantsOf,
  hasEnvironmentLine,
  isAlive,
  readProcesses,
  type ProcessId,
  type ProcessRow,
} from "./process-table.ts";

export type ProcessTree = { readonly root: ProcessId; readonly mark: string | null };

/** Name of the environment variable that marks the members of a tree. */
export const TREE_MARK = "TUTTI_TREE";

/** Pause between two looks at a tree that is being killed; the first ones are shorter. */
const KILL_POLL_MS = 5;
/** A process that is still there after this long is stuck in the kernel. */
const KILL_WAIT_MS = 10_000;

/** Living members of the tree, root included, unordered. */
function membersOf({ root, mark }: ProcessTree): ProcessRow[] {
  const table = readProcesses().filter((row) => !row.isZombie && row.pid !== process.pid);
  const members = new Map<number, ProcessRow>();
  const add = (row: ProcessRow): void => {
    if (members.has(row.pid)) return;
    members.set(row.pid, row);
    for (const child of descendantsOf(row.pid, table)) members.set(child.pid, child);
  };
  const isPidTaken = table.some((row) => row.pid === root.pid && row.startTime !== root.startTime);
  for (const row of table) {
    if (row.startTime < root.startTime) continue;
    const isOfRoot = row.pid === root.pid || row.group === root.pid || row.session === root.pid;
    if (isOfRoot && !isPidTaken) add(row);
    else if (mark !== null && hasEnvironmentLine(row.pid, `${TREE_MARK}=${mark}`)) add(row);
  }
  return [...members.values()];
}

/** Sends a signal; a process that is gone is no error. Returns whether it was delivered. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false; // gone in between, or another user's
  }
}

/**
 * SIGKILLs all members, again and again until a look finds none: members may fork while they are
 * being counted. Returns how many different processes were killed.
 */
export async function killTree(tree: ProcessTree): Promise<number> {
  const killed = new Set<number>();
  const deadline = performance.now() + KILL_WAIT_MS;
  for (;;) {
    const members = membersOf(tree);
    if (members.length === 0 || performance.now() > deadline) return killed.size;
    for (const member of members) if (signalProcess(member, "SIGKILL")) killed.add(member.pid);
    await delay(KILL_POLL_MS);
  }
}

/** Resolves when none of the processes runs any more, or false after `timeoutMs`. */
export async function waitUntilGone(
  ids: readonly ProcessId[],
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 1; ids.some((id) => isAlive(id)); pauseMs += 1) {
    if (performance.now() > deadline) return false;
    await delay(Math.min(pauseMs, KILL_POLL_MS));
  }
  return true;
}
