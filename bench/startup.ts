/** Suite `startup`: the daemon and two commands as whole processes, from the source and as installed. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { foldersOf, socketPath } from "../packages/tutti/src/platform/paths.ts";
import { descendantsOf } from "../packages/tutti/src/platform/process-table.ts";
import { atMost, type Figure, median, plain, type Suite } from "./figures.ts";
import { installPackage, SOURCE_PROGRAM } from "./package.ts";

const COMMANDS = 15;
const STARTS = 7;
const START_TIMEOUT_MS = 20_000;
/** Between two looks whether the daemon answers. */
const LOOK_MS = 2;
const SETTLE_MS = 2000;
const IDLE_MS = 5000;
const TICKS_PER_SECOND = 100;
const KIB = 1024;
const MB = 1_000_000;
/** Bars. */
const READY_MAX_S = 0.4;
const VERSION_MAX_S = 0.1;
const TASKS_MAX_S = 0.2;
const IDLE_MAX_MIB = 100;
const IDLE_MAX_PERCENT = 0.5;
const INSTALLED_MAX_MB = 60;

type Environment = Readonly<Record<string, string | undefined>>;

const environmentIn = (folder: string): Environment => ({
  ...process.env,
  HOME: folder,
  TUTTI_DATA_DIR: join(folder, "data"),
  XDG_CONFIG_HOME: join(folder, "config"),
  NO_COLOR: "1",
});

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Seconds of a whole process, its start included. The first one fills the caches. */
function processSeconds(args: readonly string[], env: Environment): number {
  const measured: number[] = [];
  for (let round = 0; round <= COMMANDS; round += 1) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, {
      env,
      cwd: "/",
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${args.join(" ")} failed: ${stderr}`);
    if (round > 0) measured.push(secondsSince(start));
  }
  return median(measured);
}

const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request({
      socketPath: socket,
      path: "/api/v1/health",
      headers: { host: "tutti" },
      agent: false,
    });
    asked.once("response", (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once("error", () => resolve(false)); // not there yet
    asked.end();
  });

type Running = { readonly child: ChildProcess; readonly readyS: number };

async function startDaemon(program: string, env: Environment): Promise<Running> {
  const socket = socketPath(foldersOf(env), "daemon.sock");
  const start = performance.now();
  const child = spawn(process.execPath, [program, "serve"], { env, cwd: "/", stdio: "ignore" });
  while (!(await answers(socket))) {
    if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
    if (performance.now() - start > START_TIMEOUT_MS) throw new Error("the daemon did not start");
    await delay(LOOK_MS);
  }
  return { child, readyS: secondsSince(start) };
}

async function stopDaemon({ child }: Running): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function readySeconds(program: string, env: Environment): Promise<number> {
  const measured: number[] = [];
  for (let round = 0; round <= STARTS; round += 1) {
    const running = await startDaemon(program, env);
    await stopDaemon(running);
    if (round > 0) measured.push(running.readyS);
  }
  return median(measured);
}

const membersOf = (pid: number): number[] => [pid, ...descendantsOf(pid).map((row) => row.pid)];

const pssMiB = (pid: number): number => {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+)/mu.exec(rollup)?.[1] ?? 0) / KIB;
};

const ticksOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
};

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

async function measureIdle(program: string, env: Environment): Promise<Figure[]> {
  const running = await startDaemon(program, env);
  try {
    await delay(SETTLE_MS);
    const members = membersOf(running.child.pid ?? 0);
    const before = sum(members.map(ticksOf));
    await delay(IDLE_MS);
    const seconds = (sum(members.map(ticksOf)) - before) / TICKS_PER_SECOND;
    return [
      atMost(IDLE_MAX_MIB, {
        name: "idle memory (PSS) of all processes, as installed",
        value: sum(members.map(pssMiB)),
        unit: "MiB",
      }),
      atMost(IDLE_MAX_PERCENT, {
        name: "idle processor time",
        value: (seconds * 1000 * 100) / IDLE_MS,
        unit: "%",
      }),
      plain({ name: "processes", value: members.length, unit: "" }),
    ];
  } finally {
    await stopDaemon(running);
  }
}

async function measureProgram(name: string, program: string, env: Environment): Promise<Figure[]> {
  const ready = await readySeconds(program, env);
  const version = processSeconds([program, "--version"], env);
  const running = await startDaemon(program, env);
  try {
    const tasks = processSeconds([program, "tasks", "--json"], env);
    return [
      atMost(READY_MAX_S, {
        name: `daemon start to first answer, ${name}`,
        value: ready,
        unit: "s",
      }),
      atMost(VERSION_MAX_S, { name: `tutti --version, ${name}`, value: version, unit: "s" }),
      atMost(TASKS_MAX_S, { name: `tutti tasks --json, ${name}`, value: tasks, unit: "s" }),
    ];
  } finally {
    await stopDaemon(running);
  }
}

export const startupSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-startup-"));
  const own = (name: string): Environment => {
    const path = join(folder, name);
    mkdirSync(path);
    return environmentIn(path);
  };
  try {
    say("building, packing and installing");
    const installed = await installPackage(folder);
    const env = own("installed");
    say("as installed");
    const figures = await measureProgram("as installed", installed.program, env);
    say("from the source");
    figures.push(...(await measureProgram("from source", SOURCE_PROGRAM, own("source"))));
    figures.push(plain({ name: "node -e 0", value: processSeconds(["-e", "0"], env), unit: "s" }));
    say("idle");
    figures.push(...(await measureIdle(installed.program, env)));
    const left = readdirSync(join(folder, "installed/data/processes"));
    if (left.length > 0) throw new Error(`processes are left: ${left.join(", ")}`);
    const value = installed.bytes / MB;
    return [
      ...figures,
      atMost(INSTALLED_MAX_MB, { name: "installed size without Node", value, unit: "MB" }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
