/**
 * Suite `fleet`: ten tasks, five at a time, each one turn of the scripted agent, merged to main. The
 * check is `node --test` with one file, run on the candidate and on the landing; nothing is cached.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent, RunId } from "@tutti/protocol";
import type { Script } from "../packages/tutti/src/agents/scripted/script.ts";
import { createDaemon, type Daemon } from "../test/fixtures/daemon.ts";
import { createProject, type Project } from "../test/fixtures/project.ts";
import { atMost, type Figure, median, plain, type Suite } from "./figures.ts";
import { buildScriptedAgent } from "./package.ts";

const TASKS = 10;
const WIDE = 5;
const WORK_MS = 2000;
/** Of each load, as long as no more than this has gone by; on a busy machine it is one. */
const ROUNDS = 3;
const ROUNDS_BEGIN_WITHIN_MS = 12_000;
/** Bars of the fixed workload, in seconds. */
const MERGED_MAX_S = 6;
const LIKE_FOR_LIKE_MAX_S = 5;
const PER_TASK_MAX_S = 0.4;
const PROMPT_MAX_MS = 300;
const TICKS_PER_SECOND = 100;

const STEPS = (checks: boolean): string => `---
name: fleet
description: One turn${checks ? ", checks" : ""} and the merge.
waives:
  plan: measured without it
  review: measured without it${checks ? "" : "\n  test: measured without it"}
---
# Fleet

## Step: implement
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
\`\`\`
{{task.text}}
${checks ? "\n## Step: test\n```yaml\nkind: checks\nstage: test\nrun: [test]\n```\n" : ""}
## Step: merge
\`\`\`yaml
kind: merge
\`\`\`
`;

type Load = {
  readonly workMs: number;
  readonly checks: boolean;
  readonly isolation: "sandbox" | "none";
};

/** `folder` keeps its scripts. */
type Agent = { readonly folder: string; readonly program: string };

const scriptOf = ({ workMs }: Load): Script => ({
  name: "alto",
  turns: [
    {
      step: "implement",
      do: [
        { do: "sleep", ms: workMs },
        { do: "run", command: 'echo "$TUTTI_RUN" > "$TUTTI_RUN.txt"' },
      ],
    },
  ],
});

/** The agent is its bundle: from its source it would be Node's loader that is measured. */
const projectOf = (load: Load, { folder, program }: Agent): Project => {
  const script = join(folder, `${load.workMs}.json`);
  writeFileSync(script, JSON.stringify(scriptOf(load)));
  const command = [process.execPath, program, script];
  return createProject({
    agents: {},
    roles: { author: "alto" },
    // A landing runs every configured check, whatever the workflow says.
    ...(load.checks ? {} : { checks: {} }),
    others: { agents: { alto: { command, family: "anthropic" } }, read: [program, script] },
    workflows: { fleet: STEPS(load.checks) },
  });
};

/** Seconds of processor time of the daemon and everything that it has waited for. */
const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = [11, 12, 13, 14].map((index) => Number(fields[index] ?? 0));
  return ticks.reduce((total, one) => total + one, 0) / TICKS_PER_SECOND;
};

/** Resolves when so many runs have ended; throws when one asks a person something. */
const allMerged = async (
  daemon: Daemon,
  count: number,
  ready: () => Promise<void>,
): Promise<RunEvent[]> => {
  const stop = new AbortController();
  const seen: RunEvent[] = [];
  const connected = Promise.withResolvers<void>();
  const events = daemon.client.events({ signal: stop.signal, onReady: () => connected.resolve() });
  const started = connected.promise.then(ready);
  let finished = 0;
  for await (const event of events) {
    seen.push(event);
    if (event.body.type === "step.failed")
      throw new Error(
        `${event.run}: ${event.body.facts.summary} ${event.body.facts.details.join("\n")}`,
      );
    if (event.body.type !== "run.finished") continue;
    finished += 1;
    if (finished === count) break;
  }
  stop.abort();
  await started;
  return seen;
};

/** Of the first ones: the others wait for a free turn. */
const promptDelays = async (daemon: Daemon, events: readonly RunEvent[]): Promise<number[]> => {
  const delays: number[] = [];
  for (const { run, at, body } of events) {
    if (body.type !== "step.started" || body.step !== "implement") continue;
    const window = await daemon.client.transcript(`${run}/implement/1`, { from: 0, limit: 5 });
    const prompt = window.entries.find((entry) => entry.kind === "prompt");
    if (prompt !== undefined) delays.push(prompt.at - at);
  }
  return delays.slice(0, WIDE);
};

type Measured = {
  readonly wallS: number;
  readonly cpuS: number;
  readonly promptMs: readonly number[];
};

const measure = async (load: Load, agent: Agent): Promise<Measured> => {
  using project = projectOf(load, agent);
  await using daemon = createDaemon(project, { env: { TUTTI_MAX_TURNS: String(WIDE) } });
  await daemon.client.health();
  const pid = await daemon.pid();
  const cpu = processorSeconds(pid);
  const start = performance.now();
  const request = (): Promise<{ readonly run: RunId }> =>
    daemon.client.startRun({
      path: project.root,
      text: "Write your file",
      workflow: "fleet",
      isolation: load.isolation,
    });
  const events = await allMerged(daemon, TASKS, async () => {
    await Promise.all(Array.from({ length: TASKS }, request));
  });
  const wallS = (performance.now() - start) / 1000;
  const merged = project
    .git("ls-tree", "--name-only", "main")
    .split("\n")
    .filter((name) => name.startsWith("r-")).length;
  if (merged !== TASKS) throw new Error(`${merged} of ${TASKS} tasks are on main`);
  return { wallS, cpuS: processorSeconds(pid) - cpu, promptMs: await promptDelays(daemon, events) };
};

const rounds = async (load: Load, agent: Agent): Promise<Measured[]> => {
  const measured: Measured[] = [];
  const start = performance.now();
  while (measured.length < ROUNDS && performance.now() - start < ROUNDS_BEGIN_WITHIN_MS)
    measured.push(await measure(load, agent));
  return measured;
};

const wallOf = (measured: readonly Measured[]): number => median(measured.map((one) => one.wallS));
const cpuOf = (measured: readonly Measured[]): number => median(measured.map((one) => one.cpuS));

const measureAll = async (say: (progress: string) => void, agent: Agent): Promise<Figure[]> => {
  const figures: Figure[] = [];
  say(`${TASKS} tasks of ${WORK_MS} ms, ${WIDE} wide, with checks, in the sandbox`);
  const full = await rounds({ workMs: WORK_MS, checks: true, isolation: "sandbox" }, agent);
  figures.push(
    atMost(MERGED_MAX_S, {
      name: "10 tasks of 2 s, 5 wide, checked twice, merged",
      value: wallOf(full),
      unit: "s",
    }),
    plain({ name: "the same: processor time", value: cpuOf(full), unit: "s" }),
  );
  say("the same without checks and without a sandbox");
  const bare = await rounds({ workMs: WORK_MS, checks: false, isolation: "none" }, agent);
  figures.push(
    atMost(LIKE_FOR_LIKE_MAX_S, {
      name: "the same without checks, isolation none",
      value: wallOf(bare),
      unit: "s",
    }),
  );
  say("the fixed workload without work");
  const idle = await rounds({ workMs: 0, checks: true, isolation: "sandbox" }, agent);
  figures.push(
    atMost(PER_TASK_MAX_S, {
      name: "a task without work: wall time, ten at once",
      value: wallOf(idle) / TASKS,
      unit: "s",
    }),
    plain({ name: "the same: processor time", value: cpuOf(idle) / TASKS, unit: "s" }),
    atMost(PROMPT_MAX_MS, {
      name: "step ready to the agent's prompt, p50",
      value: median(full.flatMap((one) => one.promptMs)),
      unit: "ms",
    }),
  );
  return figures;
};

export const fleetSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-fleet-"));
  try {
    return await measureAll(say, { folder, program: buildScriptedAgent() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
