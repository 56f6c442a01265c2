import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  bootId,
  isAlive,
  readProcess,
  type ProcessId,
} from "../../../src/platform/process-table.ts";
import { waitUntilGone } from "../../../src/platform/process-tree.ts";
import { createSandbox } from "../../../src/workspace/sandbox/sandbox.ts";
import { nextChunk, rig, type Rig } from "./rig.ts";

const DAEMON = fileURLToPath(new URL("programs/daemon.ts", import.meta.url));
const registered = ({ data }: Rig): string[] => readdirSync(join(data, "processes"));

/** Starts the daemon, waits until its command runs, kills it. Returns the command's process. */
async function killedDaemon(scene: Rig, script: string): Promise<ProcessId> {
  const command = ["sh", "-c", script];
  const spec = { place: scene.place, command, egress: [], owner: "e-killed" };
  const task = JSON.stringify({ dataFolder: scene.data, spec });
  const daemon = spawn(process.execPath, [DAEMON, task], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await nextChunk(daemon.stdout));
  const row = readProcess(pid);
  if (row === null) throw new Error("the command is not there");
  expect(registered(scene)).toEqual([`${pid}-${row.startTime}.json`]);
  daemon.kill("SIGKILL");
  await once(daemon, "exit");
  return row;
}

const STUBBORN =
  "trap '' TERM HUP; setsid sh -c 'exec sleep 300' & echo up; while :; do sleep 1; done";

test("a fenced process ends with a daemon that is killed, and its record is cleared", async () => {
  using scene = rig();
  const process = await killedDaemon(scene, STUBBORN);
  expect(await waitUntilGone([process], 5000)).toBe(true);
  await createSandbox({ dataFolder: scene.data }).recover();
  expect(registered(scene)).toEqual([]);
});

test("an unfenced tree outlives its daemon until the next one ends it", async () => {
  using scene = rig({ isolation: "none" });
  const process = await killedDaemon(scene, STUBBORN);
  expect(isAlive(process)).toBe(true);
  const next = createSandbox({ dataFolder: scene.data });
  expect(await next.recover()).toBe(1);
  expect(isAlive(process)).toBe(false);
  expect(registered(scene)).toEqual([]);
  expect(await next.recover()).toBe(0);
});

test("a living daemon's processes are left alone", async () => {
  using scene = rig();
  await using running = await scene.start("echo up; sleep 300");
  await nextChunk(running.stdout);
  expect(await createSandbox({ dataFolder: scene.data }).recover()).toBe(0);
  expect(registered(scene)).toHaveLength(1);
});

test("a record of another boot, or half a record, ends nothing", async () => {
  using scene = rig();
  await using running = await scene.start("echo up; sleep 300");
  await nextChunk(running.stdout);
  const folder = join(scene.data, "processes");
  const [name = ""] = registered(scene);
  const text = readFileSync(join(folder, name), "utf8");
  const gone = { pid: 4_194_303, startTime: 1 };
  const stale = { ...JSON.parse(text), daemon: gone, boot: `not-${bootId()}` };
  writeFileSync(join(folder, "1-1.json"), JSON.stringify(stale));
  writeFileSync(join(folder, "2-2.json"), text.slice(0, 20));
  expect(await createSandbox({ dataFolder: scene.data }).recover()).toBe(0);
  expect(registered(scene)).toEqual([name]);
});

test("a record that a killed daemon had not finished is cleared; that of a living process is not", async () => {
  using scene = rig();
  await using running = await scene.start("echo up; sleep 300");
  await nextChunk(running.stdout);
  const [name = ""] = registered(scene);
  const folder = join(scene.data, "processes");
  writeFileSync(join(folder, "4194303-1.json.abcdefgh.tmp"), "{");
  writeFileSync(join(folder, `${name}.abcdefgh.tmp`), "{");
  await createSandbox({ dataFolder: scene.data }).recover();
  expect(registered(scene).toSorted()).toEqual([name, `${name}.abcdefgh.tmp`]);
});
