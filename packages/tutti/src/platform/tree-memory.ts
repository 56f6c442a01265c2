/** How much memory a process and all below it have, sampled while they run. */
import { readFileSync } from "node:fs";
import { descendantsOf } from "./process-table.ts";

const BYTES_PER_KIB = 1024;
/** Between two looks. A look at a tree of ten processes takes some milliseconds. */
const SAMPLE_MS = 200;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended, or may not be looked at
  }
};

/** Shared pages are counted by their share where the kernel says it, else whole. */
const processBytes = (pid: number): number => {
  const share = /^Pss:\s+(\d+) kB/mu.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  const whole = /^VmRSS:\s+(\d+) kB/mu.exec(textOf(`/proc/${pid}/status`))?.[1];
  return Number(share ?? whole ?? 0) * BYTES_PER_KIB;
};

const treeBytes = (pid: number): number =>
  [pid, ...descendantsOf(pid).map((row) => row.pid)]
    .map((one) => processBytes(one))
    .reduce((sum, bytes) => sum + bytes, 0);

/** The highest of what was seen until `peak` was asked for. */
export const watchTree = (pid: number): { readonly peak: () => number } => {
  let highest = treeBytes(pid);
  const look = (): void => {
    highest = Math.max(highest, treeBytes(pid));
  };
  const timer = setInterval(look, SAMPLE_MS).unref();
  return {
    peak: () => {
      clearInterval(timer);
      look();
      return highest;
    },
  };
};
