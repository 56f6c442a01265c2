/** Real agents that are asked, refused, killed and cancelled in the middle of their turns. */
import type { RunEvent, RunId } from "@tutti/protocol";
import { expect, it } from "vitest";
import type { DaemonClient } from "../../packages/tutti/src/client/daemon-client.ts";
import { conduct, type Daemon, ended, proceed, startRun } from "../fixtures/daemon.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import type { ModelRecord } from "../fixtures/model-server/server.ts";
import type { Handler, Step } from "../fixtures/model-server/step.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import type { Project } from "../fixtures/project.ts";
import { REAL_AGENTS, realAgent } from "../fixtures/real-agents.ts";
import { answering, createRealStage, servedBy } from "./stage.ts";
import { PLANS, PROOF, REWRITE, SUM } from "./sum-task.ts";

/** From the end of a turn to a machine without its processes. */
const SETTLED_MS = 5000;
const EVENTS_MAX = 200;

const WORKFLOW = `---
name: one-step
description: One step that is tried again.
waives:
  plan: "There is one step."
  test: "There is nothing to test."
  review: "There is nothing to review."
---
# One step

## Step: implement
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
retry: { max: 4 }
\`\`\`
{{task.text}}
`;

const DONE: readonly Step[] = [{ write: { path: "done.txt", text: "done\n" } }, { text: "Done." }];

/** Steps of each attempt; the last ones hold for all that follow. */
const attempts =
  (...of: readonly (readonly Step[])[]): (() => Handler) =>
  () =>
  ({ prompt }) => {
    const found = /^Tutti step: implement \(attempt (?<attempt>\d+)/mu.exec(prompt)?.groups;
    return found === undefined ? undefined : (of[Number(found["attempt"]) - 1] ?? of.at(-1));
  };

const CONFIG = { checks: { there: { run: "ls", timeout: "60s" } } };

const stageOf = (author: string, ...of: readonly (readonly Step[])[]) =>
  createRealStage({
    author,
    handler: attempts(...of),
    workflows: { "one-step": WORKFLOW },
    config: CONFIG,
  });

const start = (client: DaemonClient, project: Project): Promise<RunId> =>
  startRun(client, project, { workflow: "one-step", text: "Write done.txt" });

const isHang = ({ step }: ModelRecord): boolean => step !== null && "hang" in step;

/** The hang of a step's attempt: the agent waits for its model then. */
const hangOf = (attempt: string) => (record: ModelRecord) =>
  isHang(record) && record.prompt?.includes(attempt) === true;

const processesOf = async (id: string, project: Project, daemon: Daemon) => {
  const pid = await daemon.pid();
  const { folder } = realAgent(id);
  return touching([project.folder]).filter(
    (one) => one.pid !== pid && one.about.split(" | ")[0]?.includes(folder),
  );
};

const outcomesOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap(({ body }) => (body.type === "step.attempt-ended" ? [body.outcome] : []));

type Trouble = {
  readonly id: (typeof REAL_AGENTS)[number];
  /** A real one, and the family that it is of. */
  readonly rival?: { readonly reviewer: (typeof REAL_AGENTS)[number]; readonly family: string };
  /** Whether a fresh session of it can be gone on with; else it is told everything anew. */
  readonly continues: boolean;
  /** Whether it asks before it runs a command. */
  readonly asks: boolean;
};

const ASK_ABOUT_DENIED = { tool: "execute", command: "*denied.txt*", answer: "ask" };

/** A hang in mid-turn, then a question or another hang, then the work. */
const troubled =
  ({ asks, continues }: Trouble): (() => Handler) =>
  () => {
    const script = playing(PLANS);
    const hang: Step = { hang: true };
    // Before its first answer an agent has nothing that it could go on with.
    const begun: readonly Step[] = continues ? [{ shell: "ls" }, hang] : [hang];
    const second: Step = asks ? { shell: "touch denied.txt" } : hang;
    const work: readonly Step[] = [...(asks ? [second] : []), REWRITE, ...PROOF, { text: "Done." }];
    return (turn) => {
      const found = /^Tutti step: build\S* \(attempt (?<attempt>\d+)/mu.exec(turn.prompt)?.groups;
      if (found === undefined) return script(turn);
      return [begun, [second]][Number(found["attempt"]) - 1] ?? work;
    };
  };

/** The agent's own sessions of the build's attempts, in their order. */
const openings = async (client: DaemonClient, run: RunId, count: number) => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const windows = await Promise.all(
    numbers.map((number) =>
      client.transcript(`${run}/build[P1]/${number}`, { from: 0, limit: 20 }),
    ),
  );
  return windows.map(({ entries }) => entries.find((entry) => entry.kind === "opened"));
};

/** For agents that ask nothing on the way: an answer that is still at work would answer later questions too. */
const approveSpec = async (client: DaemonClient, run: RunId): Promise<void> => {
  const { attention } = await conduct(client, run, () => null);
  const item = attention.find(({ step }) => step === "approve-spec");
  const command = item === undefined ? null : proceed(item);
  if (command === null) throw new Error(`it asks something else: ${JSON.stringify(attention)}`);
  await client.command(run, command);
};

/** Ends with the first question of the step that builds. */
const conductToBuild = (client: DaemonClient, run: RunId) =>
  conduct(client, run, (item) =>
    item.step?.startsWith("build") === true ? null : answering("allow")(item),
  );

const buildsOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap(({ body }) =>
    body.type === "step.attempt-ended" && body.step === "build[P1]" ? [body.outcome] : [],
  );

it.for<Trouble>([
  {
    id: "claude-code",
    rival: { reviewer: "gemini", family: "google" },
    continues: true,
    asks: true,
  },
  { id: "codex", continues: true, asks: false },
  // A session of it cannot be loaded in the minute of its making.
  { id: "gemini", continues: false, asks: true },
])(
  "$id: killed in the middle of a build, then the daemon, asked and denied: the run is merged all the same",
  async (trouble) => {
    const { id, rival, continues, asks } = trouble;
    await using stage = await createRealStage({
      author: id,
      ...(rival === undefined ? {} : { reviewer: rival.reviewer }),
      handler: troubled(trouble),
      config: { permissions: [ASK_ABOUT_DENIED, { answer: "allow" }] },
    });
    const { daemon, project, models } = stage;
    const { client } = daemon;
    const run = await startRun(client, project);
    const asked = asks ? conductToBuild(client, run) : null;
    if (asked === null) await approveSpec(client, run);
    await models.request(hangOf("build[P1] (attempt 1"));
    const first = await processesOf(id, project, daemon);
    expect(first.length).toBeGreaterThan(0);
    for (const { pid } of first) process.kill(pid, "SIGKILL");

    await (asked ?? models.request(hangOf("build[P1] (attempt 2")));
    const second = await processesOf(id, project, daemon);
    expect(second.length).toBeGreaterThan(0);
    await daemon.kill();
    await client.health();
    expect(await survivors([...first, ...second], SETTLED_MS)).toEqual([]);

    const answered: string[] = [];
    const { state, attention } = await conduct(client, run, (item) => {
      answered.push(item.asks);
      return answering(item.asks.includes("denied.txt") ? "deny" : "allow")(item);
    });
    expect({ state, attention }).toEqual({ state: "merged", attention: [] });
    expect(project.git("show", "main:sum.mjs")).toBe(SUM.trim());
    expect(project.git("ls-tree", "--name-only", "main").split("\n")).not.toContain("denied.txt");
    expect(answered.some((question) => question.includes("denied.txt"))).toBe(asks);
    const events = await client.eventsOf(run, { after: 0, limit: EVENTS_MAX });
    expect(buildsOf(events)).toEqual(["agent.died", "interrupted", "passed"]);
    const { reviewer: judge = "tenor", family = null } = rival ?? {};
    expect(servedBy(events, "rival-review")).toMatchObject({
      agent: judge,
      families: family === null ? [] : [family],
    });
    const opened = await openings(client, run, 3);
    expect(opened.map((one) => one?.isContinued)).toEqual([false, continues, continues]);
    expect(new Set(opened.map((one) => one?.session)).size).toBe(continues ? 1 : 3);
  },
);

it.for(REAL_AGENTS)("%s: a cancelled run ends its request and its processes", async (id) => {
  await using stage = await stageOf(id, [{ hang: true }]);
  const { daemon, project, models } = stage;
  const { client } = daemon;
  const run = await start(client, project);
  const { aborted } = await models.request(isHang);
  const seen = await processesOf(id, project, daemon);
  expect(seen.length).toBeGreaterThan(0);
  expect((await daemon.tutti(["cancel", run, "--reason", "no longer wanted"])).code).toBe(0);
  await ended(client, run);
  expect(await aborted).toBe(true);
  expect(await survivors(seen, SETTLED_MS)).toEqual([]);
  expect((await client.run(run)).state).toBe("cancelled");
});

it.for(REAL_AGENTS)("%s: a request that the provider refuses fails its attempt", async (id) => {
  await using stage = await stageOf(id, [{ error: 400 }], DONE);
  const { daemon, project } = stage;
  const { client } = daemon;
  const run = await start(client, project);
  const { state } = await conduct(client, run, answering("allow"));
  expect(state).toBe("completed");
  const [first] = outcomesOf(await client.eventsOf(run, { after: 0, limit: EVENTS_MAX }));
  expect(first).toMatch(/agent\.refused|no change/u);
});

it("codex: a provider that is busy three times in a row costs it no attempt", async () => {
  await using stage = await stageOf("codex", [{ error: 429, times: 3 }, ...DONE]);
  const { daemon, project, models } = stage;
  const { client } = daemon;
  const run = await start(client, project);
  const { state } = await conduct(client, run, answering("allow"));
  expect(state).toBe("completed");
  expect(models.requests.filter(({ status }) => status === 429)).toHaveLength(3);
  const events = await client.eventsOf(run, { after: 0, limit: EVENTS_MAX });
  expect(outcomesOf(events)).toEqual(["passed"]);
});
