/**
 * Which process trees are alive, as one small file each: what a daemon that was killed leaves
 * behind can be found and ended by the next one. A file is written before its process may begin.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { clearHalfWritten, writeFileAtomic } from "../../platform/atomic-file.ts";
import { bootId, isAlive, readProcess, type ProcessId } from "../../platform/process-table.ts";
import type { OwnedProcess } from "../../platform/spawn.ts";
import { killTree } from "../../platform/process-tree.ts";
import { removeCgroup } from "./cgroup.ts";

const Process = z.object({ pid: z.number().int().positive(), startTime: z.number() });

const Entry = z.object({
  /** Pids and start times mean nothing after a reboot. */
  boot: z.string(),
  owner: z.string(),
  daemon: Process,
  root: Process,
  mark: z.string().nullable(),
  /** First process of the fence's own process namespace; with it all others end. */
  init: Process.nullable(),
  cgroup: z.string().nullable(),
});
type Entry = z.infer<typeof Entry>;

export type Registration = {
  /** Once known. */
  readonly setInit: (init: ProcessId) => void;
  readonly remove: () => void;
};

export type Registry = {
  readonly add: (entry: Pick<Entry, "owner" | "root" | "mark" | "cgroup">) => Registration;
  /** Ends the trees of daemons that are gone. Returns how many trees had living processes. */
  readonly recover: () => Promise<number>;
};

export function openRegistry(folder: string): Registry {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const boot = bootId();
  const daemon: ProcessId = {
    pid: process.pid,
    startTime: readProcess(process.pid)?.startTime ?? 0,
  };
  return {
    add: (facts) => {
      const path = join(folder, `${facts.root.pid}-${facts.root.startTime}.json`);
      const write = (init: ProcessId | null): void => {
        const entry: Entry = { boot, daemon, init, ...facts };
        // Not durable: after a power cut there is no process either.
        writeFileAtomic(path, JSON.stringify(entry), { isDurable: false });
      };
      write(null);
      return { setInit: write, remove: () => rmSync(path, { force: true }) };
    },
    recover: async () => {
      const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
      const ended = await Promise.all(names.map((name) => endEntry(join(folder, name), boot)));
      clearHalfWritten(folder, isGone);
      return ended.filter(Boolean).length;
    },
  };
}

/** The process of an entry that a killed daemon was about to write may live: then it still writes its own. */
function isGone(name: string): boolean {
  const [, pid, startTime] = /^(\d+)-(\d+)\.json$/u.exec(name) ?? [];
  return pid !== undefined && !isAlive({ pid: Number(pid), startTime: Number(startTime) });
}

/** A process that cannot be registered may not run. */
export async function register(
  registry: Registry,
  owned: OwnedProcess,
  facts: Pick<Entry, "owner" | "cgroup">,
): Promise<Registration> {
  try {
    return registry.add({ ...facts, ...owned.tree });
  } catch (error) {
    await owned.stop(0);
    throw error;
  }
}

async function endEntry(path: string, boot: string): Promise<boolean> {
  const entry = readEntry(path);
  // A shell that a person opened belongs to its own, still living command.
  if (entry !== null && entry.boot === boot && isAlive(entry.daemon)) return false;
  const killed = entry?.boot === boot ? await endTrees(entry) : 0;
  if (entry?.cgroup) await removeCgroup(entry.cgroup);
  rmSync(path, { force: true });
  return killed > 0;
}

async function endTrees({ root, init, mark }: Entry): Promise<number> {
  const ofRoot = await killTree({ root, mark });
  return init === null ? ofRoot : ofRoot + (await killTree({ root: init, mark: null }));
}

function readEntry(path: string): Entry | null {
  try {
    return Entry.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null; // half a file of another version: nothing to be found by it
  }
}
