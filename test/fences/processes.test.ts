/** Fences 15–17, 22 and 27: other processes, and what is left of one's own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  isAlive,
  readProcess,
  readProcesses,
  type ProcessRow,
} from "../../packages/tutti/src/platform/process-table.ts";
import { SYSCALLS } from "../../packages/tutti/src/workspace/sandbox/syscalls.ts";
import { test } from "vitest";
import { expectFence, SECRET } from "./arena.ts";
import { runProgram } from "./program.ts";

/** A process of the user's with a secret in its environment. */
async function withVictim<Result>(use: (pid: number) => Promise<Result>): Promise<Result> {
  const victim = spawn("sleep", ["300"], { env: { TOKEN: SECRET }, stdio: "ignore" });
  await once(victim, "spawn");
  try {
    return await use(victim.pid ?? 0);
  } finally {
    victim.kill("SIGKILL");
  }
}

test("fence 15: /proc shows nothing of processes outside", () =>
  expectFence(async (side) =>
    withVictim(async (pid) => {
      await side.sh(`cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' > '${side.loot}'`);
      const hasEnvironment = side.hasLoot();
      await side.sh(`cat '/proc/${pid}/root${side.outside}/secret' > '${side.loot}'`);
      return { environ: hasEnvironment, root: side.hasLoot() };
    }),
  ));

test("fence 16: no signal reaches a process outside", () =>
  expectFence(async (side) =>
    withVictim(async (pid) => {
      const before = readProcess(pid);
      await side.sh(`kill -STOP ${pid}; kill -KILL ${pid}`);
      return { kill: before !== null && !isAlive(before) };
    }),
  ));

test("fence 17: no process can be traced, not even an own child", () =>
  expectFence(async (side) => {
    const { ptrace, process_vm_readv: readv } = SYSCALLS;
    const arch = process.arch === "arm64" ? "arm64" : "x64";
    const attach = `exit(syscall(${ptrace[arch]}, 16, 0 + $ARGV[0], 0, 0) == 0 ? 0 : 1)`;
    const traceme = `exit(syscall(${ptrace[arch]}, 0, 0, 0, 0) == 0 ? 0 : 1)`;
    // One byte of its own memory: forbidden only by the filter.
    const read = `$s = "secret"; $d = "......";
    $l = pack("J J", unpack("J", pack("p", $d)), 6); $r = pack("J J", unpack("J", pack("p", $s)), 6);
    exit(syscall(${readv[arch]}, 0 + $$, $l, 1, $r, 1, 0) == 6 ? 0 : 1)`;
    return withVictim(async (pid) => ({
      "a process outside": (await side.perl(attach, `${pid}`)).code === 0,
      "an own child": (await side.perl(traceme)).code === 0,
      "its memory": (await side.perl(read)).code === 0,
    }));
  }));

test("fence 22: nothing of the daemon's environment and descriptors is inside", () =>
  expectFence(async (side) => {
    const script = `tr '\\0' '\\n' < /proc/$PPID/environ > '${side.loot}'
    cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' >> '${side.loot}'; env >> '${side.loot}'`;
    await runProgram(side, { command: ["sh", "-c", script], env: { DAEMON_TOKEN: SECRET } });
    const hasEnvironment = side.hasLoot();
    // A pipe that whoever started the daemon left open, with a number past the gap Node looks at.
    const list = `ls -l /proc/self/fd > '${side.loot}'`;
    await runProgram(side, { command: ["sh", "-c", list], descriptor: 201 });
    return { environment: hasEnvironment, "a descriptor": side.hasLoot(" 201 -> ") };
  }));

/** Not to be found by parent, group, session or environment: only a namespace holds this one. */
const HIDING = `
  setsid sh -c '(exec env -i /bin/sleep 300.25 </dev/null >/dev/null 2>&1 &)'
  trap '' TERM
  while :; do sleep 1; done`;

const HIDDEN = ["/bin/sleep", "300.25", ""].join("\0");

test("fence 27: nothing is left after stop, however it hid", () =>
  expectFence(async (side) => {
    const running = await side.launch({ command: ["sh", "-c", HIDING] });
    const hidden = await waitForHidden();
    await running.stop(50);
    const left = hidden.filter((row) => isAlive(row));
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    return { survivor: left.length > 0 };
  }));

/** The sleepers, as the host sees them. */
async function waitForHidden(): Promise<ProcessRow[]> {
  for (;;) {
    const found = readProcesses().filter(({ pid }) => commandLine(pid) === HIDDEN);
    if (found.length > 0) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // gone in between
  }
}
