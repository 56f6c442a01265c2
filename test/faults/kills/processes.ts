/** Processes that belong to a test's folders, found without the program's own records. */
import { readFileSync, readlinkSync } from "node:fs";
import {
  type ProcessId,
  type ProcessRow,
  descendantsOf,
  readProcesses,
} from "../../../packages/tutti/src/platform/process-table.ts";
import { waitUntilGone } from "../../../packages/tutti/src/platform/process-tree.ts";

export type Witness = ProcessId & { readonly about: string };

const read = (look: () => string): string => {
  try {
    return look();
  } catch {
    return ""; // it has ended, or belongs to somebody else
  }
};

const aboutOf = (pid: number): string =>
  [
    read(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")).replaceAll("\0", " "),
    read(() => readlinkSync(`/proc/${pid}/cwd`)),
    read(() => readFileSync(`/proc/${pid}/environ`, "latin1")).replaceAll("\0", " "),
  ].join(" | ");

const witness = (row: ProcessRow): Witness => ({
  pid: row.pid,
  startTime: row.startTime,
  about: aboutOf(row.pid),
});

/** Everything below a process. */
export const below = (pid: number): Witness[] => descendantsOf(pid).map(witness);

/** Living processes whose command, folder or environment names one of the folders. */
export const touching = (folders: readonly string[]): Witness[] =>
  readProcesses()
    .filter((row) => !row.isZombie && row.pid !== process.pid)
    .map(witness)
    .filter(({ about }) => folders.some((folder) => about.includes(folder)));

/** Those that still run after `withinMs`. */
export const survivors = async (
  seen: readonly Witness[],
  withinMs: number,
): Promise<readonly Witness[]> => {
  const alive = await Promise.all(
    seen.map(async (one) => ((await waitUntilGone([one], withinMs)) ? [] : [one])),
  );
  return alive.flat();
};
