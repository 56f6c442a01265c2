/**
 * What /proc knows about processes. A process is named by its pid and its start time together: the
 * kernel gives pids out again, never both.
 */
import { readFileSync, readdirSync } from "node:fs";

/** Start time in clock ticks since boot. */
export type ProcessId = { readonly pid: number; readonly startTime: number };

export type ProcessRow = ProcessId & {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Dead to the last thread, but not yet collected by its parent. */
  readonly isZombie: boolean;
};

/** `null` when there is no such process (any more). */
export function readProcess(pid: number): ProcessRow | null {
  const text = readProcFile(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is the program's name in brackets and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent = "", group = "", session = ""] = fields;
  const startTime = Number(fields[19]);
  if (!Number.isFinite(startTime)) return null;
  return {
    pid,
    startTime,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    // The first thread may be dead while others end what they have in work, or go on.
    isZombie: state === "X" || (state === "Z" && Number(fields[17]) <= 1),
  };
}

/** Every process that can be seen, unordered. */
export function readProcesses(): ProcessRow[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    return readProcess(Number(name)) ?? [];
  });
}

/** Whether exactly this process still runs; a zombie does not. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  const row = readProcess(pid);
  return row !== null && row.startTime === startTime && !row.isZombie;
}

/** Living and dead children that were not collected yet. */
export function childrenOf(pid: number): ProcessRow[] {
  const text = readProcFile(`/proc/${pid}/task/${pid}/children`);
  const pids = text === null ? [] : text.split(" ").filter((part) => part !== "");
  return pids.flatMap((child) => readProcess(Number(child)) ?? []);
}

/** Children, their children and so on, from one look at the table. */
export function descendantsOf(
  pid: number,
  table: readonly ProcessRow[] = readProcesses(),
): ProcessRow[] {
  const found: ProcessRow[] = [];
  const parents = [pid];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const row of table) {
      if (row.parent !== parent) continue;
      found.push(row);
      parents.push(row.pid);
    }
  }
  return found;
}

/** Whether a process was started with this line in its environment; false when it may not be read. */
export function hasEnvironmentLine(pid: number, line: string): boolean {
  const text = readProcFile(`/proc/${pid}/environ`);
  return text !== null && text.split("\0").includes(line);
}

/** Differs after every boot: pids and start times of another boot mean nothing. */
export function bootId(): string {
  return (readProcFile("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

/** Processes end while their files are read: ENOENT, ESRCH and EACCES all mean "nothing to see". */
function readProcFile(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
