import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readProcess } from "../../src/platform/process-table.ts";
import { waitUntilGone } from "../../src/platform/process-tree.ts";

/** A program with threads that are always in a call of the kernel; it ends with the test. */
const THREADED = `
  const { readFile } = require("node:fs");
  const again = () => readFile("/proc/self/maps", again);
  for (let thread = 0; thread < 4; thread += 1) again();
  process.stdin.resume().once("end", () => process.exit());
  process.stdout.write("ready");
`;
const KILLS = 20;
const GONE_MS = 10_000;

const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

test("a process is gone once its last thread is, not once its first one is", async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, ["-e", THREADED], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    const row = readProcess(child.pid ?? 0);
    expect(row).not.toBeNull();
    child.kill("SIGKILL");
    expect(row !== null && (await waitUntilGone([row], GONE_MS))).toBe(true);
    expect(threadsOf(row?.pid ?? 0).length).toBeLessThanOrEqual(1);
  }
}, 60_000);
