/** Real agents that are asked, refused, killed and cancelled in the middle of their turns. */
import type { RunEvent, RunId } from "@tutti/protocol";
import { expect, it } from "vitest";
import type { Client } from "../../packages/tutti/src/client/client.ts";
import { conduct, type Daemon, ended, happened, startRun } from "../fixtures/daemon.ts";
import type { ModelRecord } from "../fixtures/model-server/server.ts";
import type { Handler, Step } from "../fixtures/model-server/step.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import type { Project } from "../fixtures/project.ts";
import { REAL_AGENTS, realAgent } from "../fixtures/real-agents.ts";
import { answering, createRealStage } from "./stage.ts";

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

const start = (client: Client, project: Project): Promise<RunId> =>
  startRun(client, project, { workflow: "one-step", text: "Write done.txt" });

const isHang = ({ step }: ModelRecord): boolean => step !== null && "hang" in step;

/** The hang of the given attempt: the agent waits for its model then. */
const hangOf = (attempt: number) => (record: ModelRecord) =>
  isHang(record) && record.prompt?.includes(`(attempt ${attempt}`) === true;

const processesOf = async (id: string, project: Project, daemon: Daemon) => {
  const pid = await daemon.pid();
  const { folder } = realAgent(id);
  return touching([project.folder]).filter(
    (one) => one.pid !== pid && one.about.split(" | ")[0]?.includes(folder),
  );
};

const outcomesOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap(({ body }) => (body.type === "step.attempt-ended" ? [body.outcome] : []));

it.for(REAL_AGENTS)(
  "%s: killed in the middle of a turn, then the daemon: each time a new attempt, and no process is left",
  async (id) => {
    await using stage = await stageOf(id, [{ hang: true }], [{ hang: true }], DONE);
    const { daemon, project, models } = stage;
    const { client } = daemon;
    const run = await start(client, project);

    await models.request(hangOf(1));
    const first = await processesOf(id, project, daemon);
    expect(first.length).toBeGreaterThan(0);
    for (const { pid } of first) process.kill(pid, "SIGKILL");

    await models.request(hangOf(2));
    const second = await processesOf(id, project, daemon);
    expect(second.length).toBeGreaterThan(0);
    await daemon.kill();
    await client.health();
    expect(await survivors([...first, ...second], SETTLED_MS)).toEqual([]);

    const { state, attention } = await conduct(client, run, answering("allow"));
    expect({ state, attention }).toEqual({ state: "completed", attention: [] });
    const events = await client.eventsOf(run, { after: 0, limit: EVENTS_MAX });
    expect(outcomesOf(events)).toEqual(["agent.died", "interrupted", "passed"]);
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

it.for(["claude-code", "gemini"] as const)(
  "%s: what a person denies is not done, and an answer after a restart of the daemon counts",
  async (id) => {
    await using stage = await createRealStage({
      author: id,
      handler: attempts([{ shell: "touch denied.txt" }, ...DONE]),
      workflows: { "one-step": WORKFLOW },
      config: { ...CONFIG, permissions: [{ tool: "execute", answer: "ask" }] },
    });
    const { daemon, project, models } = stage;
    const { client } = daemon;
    const run = await start(client, project);
    await happened(client, run, ({ body }) => body.type === "permission.asked");
    await daemon.kill();
    const answered: string[] = [];
    const view = await conduct(client, run, (item) => {
      answered.push(item.asks);
      return answering(item.asks.includes("denied.txt") ? "deny" : "allow")(item);
    });
    expect([view.state, view.attention]).toEqual(["completed", []]);
    expect(answered.some((asks) => asks.includes("denied.txt"))).toBe(true);
    const { stdout } = await daemon.tutti(["diff", run]);
    expect(stdout).toContain("done.txt");
    expect(stdout).not.toContain("denied.txt");
    expect(models.requests.length).toBeGreaterThan(0);
  },
);

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
