/** Fence 26: a process that takes too much is held or ended, and the daemon stays quick. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TASKS_MAX } from "../../packages/tutti/src/workspace/sandbox/limits.ts";
import { WATCH_INTERVAL_MS } from "../../packages/tutti/src/workspace/sandbox/watchdog.ts";
import { findTaskCgroup } from "../../packages/tutti/src/workspace/sandbox/cgroup.ts";
import { expectFence, isRoot, type Side } from "./arena.ts";

const MIB = 1 << 20;
const WORKSPACE_MIB = 32;
const TMP_MIB = 16;
/** Time within which the daemon answers, 99 times of 100. */
const RESPONSE_MS = 250;
/** Beside the watchdog's own interval: one count, a kill, a loaded machine. */
const REACTION_SLACK_MS = 3000;

/** As root the kernel knows no other bound than a control group. */
const hasTaskLimit = !isRoot || findTaskCgroup() !== null;

/** Forks sleeping children until it may not, and prints how many there were. */
const FORKS = `$SIG{CHLD} = "IGNORE"; my @c;
  while (@c < $ARGV[0]) { my $p = fork; last unless defined $p; if (!$p) { sleep 300; exit } push @c, $p }
  print scalar(@c), "\\n"; kill KILL => @c;`;

async function forks(side: Side): Promise<boolean> {
  const wanted = TASKS_MAX + 100;
  const { stdout } = await side.perl(FORKS, `${wanted}`);
  return Number(stdout) >= wanted;
}

async function fills(side: Side, folder: string, mebibytes: number): Promise<boolean> {
  const script = `i=0; while [ $i -lt ${mebibytes} ]; do
    head -c ${MIB} /dev/zero > "${folder}/fill-$i" || exit 1; i=$((i+1)); done; rm -f "${folder}"/fill-*`;
  return (await side.sh(script)).code === 0;
}

/** Fills the workspace and then stays; whether it is still there after the stated reaction time. */
async function keepsFull(side: Side): Promise<boolean> {
  const file = join(side.tree, "huge");
  const half = (WORKSPACE_MIB * MIB) / 2 + MIB;
  const script = `head -c ${half} /dev/zero > ${file}.1; head -c ${half} /dev/zero > ${file}.2
    echo full; exec sleep 300`;
  await using running = await side.launch({ command: ["sh", "-c", script] });
  await new Promise((resolve) => running.stdout.once("data", resolve));
  const reaction = WATCH_INTERVAL_MS + REACTION_SLACK_MS;
  const timer = new AbortController();
  const late = new Promise<"late">((resolve) => {
    const handle = setTimeout(() => resolve("late"), reaction);
    timer.signal.addEventListener("abort", () => clearTimeout(handle));
  });
  const first = await Promise.race([running.exited, late]);
  timer.abort();
  return first === "late" || first.ended !== "workspace-full";
}

async function writesHugeFile(side: Side): Promise<boolean> {
  const file = join(side.place.artifacts, "sparse");
  await side.sh(`truncate -s $((${WORKSPACE_MIB} * ${MIB} + 1)) '${file}'`);
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > WORKSPACE_MIB * MIB;
}

test("fence 26: tasks, /tmp, file size and workspace are bounded, and the daemon stays quick", () =>
  expectFence(
    async (side) => {
      const delays = monitorEventLoopDelay({ resolution: 5 });
      delays.enable();
      const outcome = {
        "too many tasks": await forks(side),
        "a full /tmp": await fills(side, "/tmp", TMP_MIB + 4),
        "a huge file": await writesHugeFile(side),
        "a full workspace": await keepsFull(side),
      };
      const isFenced = side.isolation === "sandbox";
      if (isFenced) await bomb(side);
      delays.disable();
      return {
        ...outcome,
        "a slow daemon": !isFenced || delays.percentile(99) / 1e6 >= RESPONSE_MS,
      };
    },
    {
      config: { sandbox: { workspaceMiB: WORKSPACE_MIB, tmpMiB: TMP_MIB } },
      refusedAnyway: hasTaskLimit ? [] : ["too many tasks"],
    },
  ));

/** Only inside: forks without end, and memory without end below /dev/shm. */
async function bomb(side: Side): Promise<void> {
  if (!hasTaskLimit) return;
  const script = "b() { b | b & }; echo up; b; cat /dev/zero > /dev/shm/fill; sleep 300";
  const running = await side.launch({ command: ["bash", "-c", script] });
  await new Promise((resolve) => running.stdout.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, 1000)); // its worst, for a while
  const started = performance.now();
  const { ended } = await running.stop(0);
  expect(ended).toBe("stopped");
  expect(performance.now() - started).toBeLessThan(5000);
}
