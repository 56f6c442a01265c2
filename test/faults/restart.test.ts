/** The daemon is killed at a chosen moment, and the next one goes on. */
import { watch } from "node:fs";
import { join } from "node:path";
import { type RunEvent, type RunId, StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import type { Action } from "../../packages/tutti/src/agents/scripted/script.ts";
import type { DaemonClient } from "../../packages/tutti/src/client/daemon-client.ts";
import {
  conduct,
  createDaemon,
  type Daemon,
  ended,
  happened,
  proceed,
  startRun,
} from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { AUTHOR, createProject, EMPTY_REVIEW, type Project } from "../fixtures/project.ts";

/** From the first answer of the new daemon to a state without processes that are gone. */
const SETTLED_MS = 2_000;
const EVENTS_MAX = 200;

const NOTE: Action = {
  do: "run",
  command: 'mkdir -p notes && echo "$SCRIPTED_ATTEMPT $SCRIPTED_NTH" >> notes/$TUTTI_RUN',
};

const createStage = (first: readonly Action[], later: readonly Action[]): Project =>
  createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            { step: "implement", attempt: 1, do: [NOTE, ...first] },
            { step: "implement", do: [NOTE, ...later] },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "ls", timeout: "60s" } },
  });

/** The daemon's own processes aside. */
const agentsOf = async (project: Project, daemon: Daemon) => {
  const pid = await daemon.pid();
  return touching([project.folder]).filter(
    (one) => one.pid !== pid && one.about.includes("agent.mjs"),
  );
};

const eventsOf = (client: DaemonClient, run: RunId): Promise<readonly RunEvent[]> =>
  client.eventsOf(run, { after: 0, limit: EVENTS_MAX });

const outcomesOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap(({ body }) =>
    body.type === "step.attempt-ended" && body.step === "implement" ? [body.outcome] : [],
  );

it("SIGKILL with three agents live: no orphans, each turn goes on as a new attempt, the same end", async () => {
  using project = createStage(
    [{ do: "ask", title: "May I?" }, { do: "hang" }],
    [{ do: "run", command: "echo done > done-$TUTTI_RUN" }],
  );
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const runs = await Promise.all(
    [1, 2, 3].map(() => startRun(client, project, { workflow: "quick" })),
  );
  await Promise.all(
    runs.map((run) => happened(client, run, ({ body }) => body.type === "permission.asked")),
  );
  const agents = await agentsOf(project, daemon);
  expect(agents.length).toBeGreaterThanOrEqual(3);

  await daemon.kill();
  await client.health();
  const answered = performance.now();
  const after = await Promise.all(runs.map((run) => eventsOf(client, run)));
  const tookMs = performance.now() - answered;
  expect(tookMs).toBeLessThan(SETTLED_MS);
  // Whatever is shown as working now was begun by the living daemon; no old question is open.
  expect(after.map(outcomesOf)).toEqual(runs.map(() => ["interrupted"]));
  expect(await client.attention()).toEqual([]);
  expect(await survivors(agents, SETTLED_MS)).toEqual([]);

  const views = await Promise.all(runs.map((run) => conduct(client, run)));
  await Promise.all(runs.map((run) => ended(client, run)));
  expect(views.map(({ outcome, steps }) => [outcome, steps[0]?.attempts])).toEqual(
    runs.map(() => ["merged", 2]),
  );
  for (const run of runs) {
    // One prompt each: none was sent again by itself.
    expect(project.git("show", `main:notes/${run}`)).toBe("1 1\n2 2");
    expect(project.git("show", `main:done-${run}`)).toBe("done");
    expect(outcomesOf(await eventsOf(client, run))).toEqual(["interrupted", "passed"]);
  }
  expect(project.git("rev-list", "--count", "--merges", "main")).toBe("3");
  expect(project.git("status", "--porcelain")).toBe("");
});

it("after a restart no run is shown as working whose process is gone, also while nothing new may start", async () => {
  using project = createStage([{ do: "ask", title: "May I?" }], []);
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  await happened(client, run, ({ body }) => body.type === "permission.asked");
  await client.command(run, { kind: "run.pause", reason: "lunch" });
  expect((await client.run(run)).steps[0]?.outcome).toBe("waiting");
  await daemon.kill();
  await client.health();
  const view = await client.run(run);
  expect([view.state, view.text, view.attention]).toEqual(["paused", "lunch", []]);
  expect(view.steps[0]).toMatchObject({ outcome: "pending", attempts: 1 });
  const { stdout } = await daemon.tutti(["show", run]);
  expect(stdout).not.toContain("working");
});

it.for(["load", "resume"] as const)(
  "SIGKILL in the middle of a turn: the next attempt goes on in the agent's own session by %s",
  async (continues) => {
    using project = createProject({
      agents: {
        alto: {
          family: "anthropic",
          script: {
            name: "alto",
            continues,
            turns: [
              {
                step: "implement",
                attempt: 1,
                do: [
                  { do: "write", path: "half.txt", content: "half\n" },
                  { do: "say", text: "Half of it is there." },
                  { do: "ask", title: "May I go on?" },
                ],
              },
              {
                step: "implement",
                prompt: "continued now.*How this step ends",
                do: [{ do: "append", path: "half.txt", content: "whole\n" }],
              },
            ],
          },
        },
        tenor: { family: "openai", script: EMPTY_REVIEW },
      },
      checks: { there: { run: "ls", timeout: "60s" } },
    });
    await using daemon = createDaemon(project);
    const { client } = daemon;
    const run = await startRun(client, project, { workflow: "quick" });
    await happened(client, run, ({ body }) => body.type === "permission.asked");
    await daemon.kill();
    const view = await conduct(client, run);
    await ended(client, run);
    expect(view.outcome).toBe("merged");
    expect(project.git("show", "main:half.txt")).toBe("half\nwhole");
    const { entries } = await client.transcript(`${run}/implement/2`, { from: 0, limit: 100 });
    expect(entries.find(({ kind }) => kind === "opened")).toMatchObject({ isContinued: true });
    // What the session replays was recorded when it happened.
    expect(JSON.stringify(entries)).not.toContain("Half of it is there.");
    expect(outcomesOf(await eventsOf(client, run))).toEqual(["interrupted", "passed"]);
  },
);

it("SIGKILL in the middle of a turn, and another specification before it goes on: a new session reads that", async () => {
  const [planning, plan] = AUTHOR.turns;
  if (planning === undefined || plan === undefined) throw new Error("the author plans");
  const half: Action = { do: "write", path: "half.txt", content: "half\n" };
  const turns = [
    planning,
    plan,
    { step: "build", attempt: 1, do: [half, { do: "ask" as const, title: "May I go on?" }] },
    { step: "build", prompt: "TO ANY NUMBER", do: [{ ...half, path: "new.txt" }] },
  ];
  using project = createProject({
    agents: {
      alto: { family: "anthropic", script: { name: "alto", continues: "resume", turns } },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "ls", timeout: "60s" } },
  });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project);
  const asked = happened(client, run, ({ body }) => body.type === "permission.asked");
  await conduct(client, run, proceed);
  await asked;
  await client.command(run, { kind: "run.pause", reason: "lunch" });
  await daemon.kill();
  await client.health();
  const spec = { name: "spec.md", text: "# Sum\nIt adds up TO ANY NUMBER.\n" };
  await client.amend(run, spec);
  await client.command(run, { kind: "run.resume" });
  const view = await conduct(client, run, (item) =>
    item.kind === "stale"
      ? { kind: "step.renew", step: StepKey.parse(item.step), answer: "holds" }
      : proceed(item),
  );
  await ended(client, run);
  expect([view.outcome, project.git("show", "main:new.txt")]).toEqual(["merged", "half"]);
  const { entries } = await client.transcript(`${run}/build[P1]/2`, { from: 0, limit: 100 });
  expect(entries.find(({ kind }) => kind === "opened")).toMatchObject({ isContinued: false });
});

const FILES = 1500;

it("SIGKILL between the move of the branch and the files of the work tree: the next daemon brings them", async () => {
  using project = createStage(
    [{ do: "run", command: `mkdir many && cd many && seq ${FILES} | split -l 1 -a 4 -d` }],
    [],
  );
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const before = project.git("rev-parse", "main");
  await client.health();
  const kill = await daemon.aim();
  const killed = Promise.withResolvers<void>();
  // A question to the daemon now would give it time for the files.
  const watching = watch(join(project.root, ".git/refs/heads"), (_event, name) => {
    if (name === "main") killed.resolve(kill());
  });
  const run = await startRun(client, project, { workflow: "quick" });
  await killed.promise;
  watching.close();
  // The control: the branch has moved, and the work tree is not there yet.
  expect(project.git("rev-parse", "main")).not.toBe(before);
  expect(project.git("status", "--porcelain", "--no-renames").length).toBeGreaterThan(0);

  const view = await conduct(client, run);
  await ended(client, run);
  expect(view.outcome).toBe("merged");
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("ls-files", "many").split("\n")).toHaveLength(FILES);
  expect(project.git("rev-list", "--count", "--merges", "main")).toBe("1");
});
