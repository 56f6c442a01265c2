/** A person takes part: works in the workspace, pauses, tries again, makes exceptions, ends a run. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Action } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, createDaemon, type Daemon, ended, happened, jsonOf } from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { createProject, EMPTY_REVIEW, type ProjectOptions, RIVAL } from "../fixtures/project.ts";
import { SIGNED } from "../fixtures/signed.ts";

const projectOf = (author: readonly Action[], more: Partial<ProjectOptions> = {}) =>
  createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [{ step: "implement", do: [...author] }] },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
    workflows: { signed: SIGNED },
    ...more,
  });

/** No event tells of what an agent writes: it is looked for. */
const written = async (path: string): Promise<void> => {
  while (!existsSync(path)) await delay(5);
};

/** From the order to a machine without its processes. */
const STOPPED_MS = 2000;

const NOTE: Action = { do: "write", path: "NOTES.md", content: "the agent's\n" };
const ASK: Action = { do: "ask", title: "Go on?", allow: [NOTE] };

it("a person who takes the workspace works there, and the work passes every gate under their name", async () => {
  using project = projectOf([NOTE]);
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const waiting = jsonOf(
    await tutti(["run", "Note it", "--workflow", "signed", "--wait", "--json"]),
  );
  const { run } = waiting;
  const taken = await tutti(["take", run]);
  expect(taken.code).toBe(0);
  const root = taken.stdout.trim();
  expect(readFileSync(join(root, "NOTES.md"), "utf8")).toBe("the agent's\n");
  const again = await tutti(["take", run, "--json"]);
  expect([again.code, jsonOf(again).error.code]).toEqual([5, "workspace.taken"]);

  // One commit of the person's own, and one file left uncommitted.
  writeFileSync(join(root, "NOTES.md"), "the person's\n");
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", root, ...args], { encoding: "utf8" });
  git("commit", "--quiet", "--all", "--message", "Say it myself");
  writeFileSync(join(root, "more.txt"), "more\n");

  const given = await tutti(["give", run, "--wait", "--json"]);
  expect(given.code).toBe(3);
  const view = jsonOf(given);
  expect(view.families).toMatchObject({ authors: ["anthropic", "human"], reviewers: ["openai"] });
  const attempts = Object.fromEntries(
    view.steps.map(({ id, attempts: count }: { id: string; attempts: number }) => [id, count]),
  );
  expect(attempts).toMatchObject({ implement: 1, test: 2, "rival-review": 2 });
  expect(view.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(view.attention[0].subject).not.toBe(waiting.attention[0].subject);
  const old = await tutti(["approve", run, "--subject", waiting.attention[0].subject, "--json"]);
  expect([old.code, jsonOf(old).error.code]).toEqual([5, "approval.moved"]);

  expect((await tutti(["approve", run, "--wait"])).code).toBe(0);
  expect(project.git("show", "main:NOTES.md")).toBe("the person's");
  expect(project.git("show", "main:more.txt")).toBe("more");
  expect(project.git("log", "--format=%an: %s", "main")).toContain("Kim: Say it myself");
  expect(project.git("log", "-1", "--format=%B", "main")).toContain("Assisted-by: alto:anthropic");
  expect(project.git("log", "-1", "--format=%B", "main")).not.toContain("human");
});

it("a paused run starts nothing new until it is resumed", async () => {
  using project = projectOf([ASK]);
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run } = jsonOf(
    await tutti(["run", "Note it", "--workflow", "quick", "--wait", "--json"]),
  );
  const resumed = await tutti(["resume", run, "--json"]);
  expect([resumed.code, jsonOf(resumed).error.code]).toEqual([5, "run.not-paused"]);
  expect((await tutti(["pause", run, "-m", "lunch"])).code).toBe(0);
  const passed = happened(daemon.client, run, ({ body }) => body.type === "step.passed");
  expect((await tutti(["permit", "allow", run])).code).toBe(0);
  await passed;
  const paused = jsonOf(await tutti(["show", run, "--json"]));
  expect([paused.state, paused.text]).toEqual(["paused", "lunch"]);
  expect(paused.steps.find(({ id }: { id: string }) => id === "test").attempts).toBe(0);
  const end = await tutti(["resume", run, "--wait", "--json"]);
  expect([end.code, jsonOf(end).outcome]).toEqual([0, "merged"]);
});

it("what failed is tried again with a person's hint", async () => {
  using project = projectOf([]);
  project.script("alto", {
    name: "alto",
    turns: [
      { prompt: "the hint of Kim", do: [NOTE] },
      {
        do: [
          { do: "complain", text: "no licence" },
          { do: "exit", code: 7 },
        ],
      },
    ],
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const failed = await tutti(["run", "Note it", "--workflow", "quick", "--wait", "--json"]);
  expect(failed.code).toBe(3);
  const { run, attention } = jsonOf(failed);
  expect(attention[0].kind).toBe("failed-gate");
  expect(JSON.stringify(attention[0])).toContain("no licence");
  const wrong = await tutti(["retry", run, "tset", "--json"]);
  expect([wrong.code, jsonOf(wrong).error.code]).toEqual([2, "step.unknown"]);
  expect(jsonOf(wrong).error.message).toContain("test");
  const end = await tutti(["retry", run, "implement", "-m", "the hint of Kim", "--wait", "--json"]);
  expect([end.code, jsonOf(end).outcome]).toEqual([0, "merged"]);
});

it("a reproduced finding that a person waives with a reason blocks no more, also when it is raised again", async () => {
  // The sum of nothing is right on the base; every attempt breaks it, and makes a change of its own.
  const worsen = "sed -i 's/, 0)/)/' sum.mjs; echo $SCRIPTED_NTH > NOTES.md";
  using project = projectOf([], {
    files: {
      "sum.mjs": "export const sum = (values) => values.reduce((a, b) => a + b, 0);\n",
    },
    agents: {
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [{ do: [{ do: "run", command: worsen }] }] },
      },
      tenor: { family: "openai", script: RIVAL },
    },
    checks: { test: { run: "node --test --test-reporter=tap", timeout: "60s" } },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const stuck = await tutti(["run", "Note it", "--workflow", "signed", "--wait", "--json"]);
  const { run, attention, findings } = jsonOf(stuck);
  expect([stuck.code, attention[0].kind]).toEqual([3, "failed-gate"]);
  expect(attention[0].asks).toBe("rival-review: 1 finding reproduced");
  expect(findings[0]).toMatchObject({ id: "F1", verdict: "reproduced" });
  expect((await tutti(["waive", run, "F1", "--json"])).code).toBe(2);
  const unknown = await tutti(["waive", run, "F9", "-m", "why not", "--json"]);
  expect([unknown.code, jsonOf(unknown).error.code]).toEqual([2, "finding.unknown"]);
  const waived = await tutti(["waive", run, "F1", "-m", "until later", "--wait", "--json"]);
  expect([waived.code, jsonOf(waived).attention[0].step]).toEqual([3, "approve-merge"]);

  const again = await tutti(["reject", run, "-m", "once more", "--wait", "--json"]);
  const { attention: asked, findings: now } = jsonOf(again);
  expect([again.code, asked[0].step]).toEqual([3, "approve-merge"]);
  expect(now.map(({ disposition }: { disposition: unknown }) => disposition)).toMatchObject([
    { kind: "waived", why: "until later" },
    { kind: "waived", why: "as F1: until later" },
  ]);
  expect((await tutti(["show", run])).stdout).toMatch(/F1.*waived by .*: until later/u);
});

it("a waived step is passed over with its reason on the record, a merge and an approval never are", async () => {
  const append: Action = { do: "run", command: "echo $SCRIPTED_NTH > NOTES.md" };
  using project = projectOf([append], { checks: { broken: { run: "false", timeout: "30s" } } });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const stuck = await tutti(["run", "Note it", "--workflow", "signed", "--wait", "--json"]);
  const { run } = jsonOf(stuck);
  const early = await tutti(["waive", run, "rival-review", "-m", "no", "--json"]);
  expect([early.code, jsonOf(early).error.code]).toEqual([5, "step.not-open"]);
  for (const step of ["approve-merge", "merge"])
    expect((await tutti(["waive", run, step, "-m", "no"])).code).toBe(5);
  const waived = await tutti([
    "waive",
    run,
    "test",
    "-m",
    "the check itself is broken",
    "--wait",
    "--json",
  ]);
  expect(waived.code).toBe(3);
  expect(jsonOf(waived).steps.find(({ id }: { id: string }) => id === "test").outcome).toBe(
    "waived",
  );
  expect((await tutti(["show", run])).stdout).toContain("the check itself is broken");
});

it("a cancelled run ends its agent at once, and parks what it had not committed", async () => {
  using project = projectOf([
    NOTE,
    { do: "ignore-sigterm" },
    { do: "say", text: "working" },
    { do: "hang" },
  ]);
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const { run } = jsonOf(await tutti(["run", "Note it", "--workflow", "quick", "--json"]));
  await happened(client, run, ({ body }) => body.type === "step.started");
  const root = (await client.run(run)).workspace.root ?? "";
  await written(join(root, "NOTES.md"));
  const busy = await tutti(["take", run, "--json"]);
  expect([busy.code, jsonOf(busy).error.code]).toEqual([5, "workspace.busy"]);
  const cancelled = await tutti(["cancel", run, "-m", "solved otherwise", "--wait", "--json"]);
  expect([cancelled.code, jsonOf(cancelled).outcome]).toEqual([1, "cancelled"]);
  await ended(client, run);
  expect(existsSync(root)).toBe(false);
  const parked = (await client.run(run)).workspace.parked;
  expect(parked).toEqual([`refs/tutti/parked/${run}`]);
  const page = await tutti(["show", run]);
  expect(page.stdout).toContain(`refs/tutti/parked/${run}`);
  // The page says how to get it.
  const fetch = /git fetch .*/u.exec(page.stdout)?.[0] ?? "";
  execFileSync("sh", ["-c", fetch], { cwd: project.root, stdio: "pipe" });
  expect(project.git("show", "FETCH_HEAD:NOTES.md")).toBe("the agent's");
  expect(project.git("status", "--porcelain")).toBe("");
});

it("a shell in the fence runs a script, and changes the work tree only for who has taken it", async () => {
  using project = projectOf([NOTE]);
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run } = jsonOf(
    await tutti(["run", "Note it", "--workflow", "signed", "--wait", "--json"]),
  );
  const looked = await tutti(["shell", run], {
    input: "cat NOTES.md; git status --porcelain; ls /root /home; echo x > mine.txt; exit 7\n",
  });
  expect(looked.code).toBe(7);
  expect(looked.stdout).toBe("the agent's\n/home:\nagent\n");
  expect(looked.stderr).toContain("mine.txt: Read-only file system");
  await tutti(["take", run]);
  expect((await tutti(["shell", run], { input: "echo mine > mine.txt\n" })).code).toBe(0);
  const given = jsonOf(await tutti(["give", run, "--wait", "--json"]));
  expect(given.families.authors).toEqual(["anthropic", "human"]);
  expect(jsonOf(await tutti(["diff", run, "--json"])).files).toHaveLength(2);
});

const NAMED: Action = { do: "write", path: "NAMED.md", content: "as the person said\n" };
/** Far longer than the test: what ends it is the interruption. */
const TALK: Action = { do: "stream", text: "Still at it. ", updates: 6000, everyMs: 50 };

it("a person who interrupts an agent is heard in the same session, and the step is judged after that", async () => {
  const script = {
    name: "alto",
    turns: [
      { step: "implement", nth: 1, do: [NOTE, TALK] },
      { step: "implement", prompt: "name it NAMED", do: [NAMED] },
    ],
  };
  using project = projectOf([], {
    agents: {
      alto: { family: "anthropic", script },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
  });
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const { run } = jsonOf(await tutti(["run", "Note it", "--workflow", "signed", "--json"]));
  const early = await tutti(["tell", run, "too early", "--step", "test", "--json"]);
  expect([early.code, jsonOf(early).error.code]).toEqual([5, "step.not-open"]);
  await happened(client, run, ({ body }) => body.type === "step.started");
  const session = `${run}/implement/1`;
  const root = (await client.run(run)).workspace.root ?? "";
  await written(join(root, "NOTES.md"));

  const told = await tutti(["tell", run, "name it NAMED.md", "--now"]);
  expect(told.code).toBe(0);
  const waiting = await conduct(client, run, () => null);
  expect(waiting.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(waiting.steps[0]).toMatchObject({ id: "implement", outcome: "passed", attempts: 1 });
  expect(waiting.comments).toMatchObject([{ on: "implement", text: "name it NAMED.md" }]);

  const { files } = await client.diff(run);
  expect(files.map(({ path }) => path)).toEqual(["NAMED.md", "NOTES.md"]);
  const { entries } = await client.transcript(session, { from: 0, limit: 500 });
  const turns = entries.flatMap((entry) =>
    entry.kind === "prompt" ? [/name it NAMED/u.test(entry.text)] : [],
  );
  expect(turns).toEqual([false, true]);
  expect(entries.filter(({ kind }) => kind === "opened")).toHaveLength(1);
  expect(entries.flatMap((entry) => (entry.kind === "ended" ? [entry.reason] : []))).toEqual([
    "cancelled",
    "end_turn",
  ]);
});

/** A run whose author has asked something, and was told something before he had his answer. */
const toldWhileAsking = async (daemon: Daemon): Promise<string> => {
  const asked = ["run", "Note it", "--workflow", "signed", "--wait", "--json"];
  const { run } = jsonOf(await daemon.tutti(asked));
  const told = await daemon.tutti(["tell", run, "name it NAMED.md"]);
  expect(told.stdout).toContain("when its present answer ends");
  return run;
};

/** Of each message to an agent, whether it has it. */
const messagesIn = async ({ client }: Daemon, run: string) =>
  (await client.run(run)).comments.map(({ message }) => message?.state);

/** In any session of the run. */
const allPrompts = async (daemon: Daemon, run: string): Promise<string> => {
  const sessions = await daemon.client.sessions(run);
  const told = await Promise.all(sessions.map(({ session }) => promptsOf(daemon, session)));
  return told.flat().join("\n");
};

const promptsOf = async ({ client }: Daemon, session: string): Promise<readonly string[]> => {
  const { entries } = await client.transcript(session, { from: 0, limit: 500 });
  return entries.flatMap((entry) => (entry.kind === "prompt" ? [entry.text] : []));
};

const LISTENER = {
  name: "alto",
  turns: [
    { step: "implement", nth: 1, do: [ASK] },
    { step: "implement", prompt: "name it NAMED", do: [NAMED] },
  ],
};
const LISTENING = {
  agents: {
    alto: { family: "anthropic", script: LISTENER },
    tenor: { family: "openai", script: EMPTY_REVIEW },
  },
};

it("what is said to an agent without haste is told in the same session when its answer ends", async () => {
  using project = projectOf([], LISTENING);
  await using daemon = createDaemon(project);
  const run = await toldWhileAsking(daemon);
  expect((await daemon.tutti(["permit", "allow", run])).code).toBe(0);
  const waiting = await conduct(daemon.client, run, () => null);
  expect(waiting.steps[0]).toMatchObject({ id: "implement", outcome: "passed", attempts: 1 });
  const prompts = await promptsOf(daemon, `${run}/implement/1`);
  expect(prompts).toHaveLength(2);
  expect(prompts[1]).toContain("name it NAMED.md");
});

it("what a person takes back while it waits reaches no agent, and what was given stays given", async () => {
  using project = projectOf([], LISTENING);
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const run = await toldWhileAsking(daemon);
  await tutti(["tell", run, "and delete the tests"]);
  expect((await tutti(["show", run])).stdout).toMatch(
    /M2 to implement · waits · .*delete the tests/u,
  );
  const which = await tutti(["unsay", run, "--json"]);
  expect([which.code, jsonOf(which).error.message]).toEqual([2, expect.stringContaining("M1, M2")]);
  const back = await tutti(["unsay", run, "M2"]);
  expect([back.code, back.stdout]).toEqual([0, expect.stringContaining("delete the tests")]);
  expect(await messagesIn(daemon, run)).toMatchObject([{ kind: "waiting" }, { kind: "withdrawn" }]);

  expect((await tutti(["permit", "allow", run])).code).toBe(0);
  await conduct(daemon.client, run, () => null);
  expect(await messagesIn(daemon, run)).toMatchObject([
    { kind: "given", step: "implement", attempt: 1 },
    { kind: "withdrawn", by: userInfo().username },
  ]);
  const late = await tutti(["unsay", run, "M1", "--json"]);
  expect([late.code, jsonOf(late).error.code]).toEqual([5, "message.given"]);
  const prompts = await allPrompts(daemon, run);
  expect(prompts).toContain("name it NAMED.md");
  expect(prompts).not.toContain("delete the tests");
  const page = await tutti(["show", run]);
  expect(page.stdout).toMatch(/M1 to implement · given at [\d:]+ · .*NAMED/u);
  expect(page.stdout).toContain("M2 to implement · taken back by");
});

it("what was said to an agent is told to its next attempt when the daemon was killed in between", async () => {
  using project = projectOf([], LISTENING);
  await using daemon = createDaemon(project);
  const run = await toldWhileAsking(daemon);
  for (const text of ["drop the tests", "drop the docs"]) await daemon.tutti(["tell", run, text]);
  expect((await daemon.tutti(["unsay", run, "M2"])).code).toBe(0);
  await daemon.kill();
  const waiting = await conduct(daemon.client, run, () => null);
  expect(waiting.steps[0]).toMatchObject({ id: "implement", outcome: "passed", attempts: 2 });
  const prompts = await promptsOf(daemon, `${run}/implement/2`);
  expect(prompts).toHaveLength(1);
  expect(prompts[0]).toMatch(/What people said\n[^#]*on implement: name it NAMED\.md/u);
  expect(prompts[0]).toContain("drop the docs");
  expect(await allPrompts(daemon, run)).not.toContain("drop the tests");
  expect(await messagesIn(daemon, run)).toMatchObject([
    { kind: "given", attempt: 2 },
    { kind: "withdrawn" },
    { kind: "given", attempt: 2 },
  ]);
});

it("all that works is stopped within two seconds, and goes on as a new attempt when it is resumed", async () => {
  const script = {
    name: "alto",
    turns: [
      { step: "implement", attempt: 1, do: [NOTE, { do: "ignore-sigterm" as const }, TALK] },
      { step: "implement", do: [NAMED] },
    ],
  };
  using project = projectOf([], {
    agents: {
      alto: { family: "anthropic", script },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
  });
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const started = Array.from({ length: 3 }, () =>
    tutti(["run", "Note it", "--workflow", "signed", "--json"]),
  );
  const runs = (await Promise.all(started)).map((one) => String(jsonOf(one).run));
  for (const run of runs) {
    await happened(client, run, ({ body }) => body.type === "step.started");
    await written(join((await client.run(run)).workspace.root ?? "", "NOTES.md"));
  }
  const pid = await daemon.pid();
  const agents = touching([project.folder]).filter((one) => one.pid !== pid);
  expect(agents.length).toBeGreaterThanOrEqual(runs.length);

  const stopped = await tutti(["pause", "--all", "--now", "--reason", "too dear", "--json"]);
  expect(jsonOf(stopped).runs.toSorted()).toEqual(runs.toSorted());
  expect(await survivors(agents, STOPPED_MS)).toEqual([]);
  for (const run of runs) expect((await client.run(run)).state).toBe("paused");

  expect(jsonOf(await tutti(["resume", "--all", "--json"])).runs).toHaveLength(runs.length);
  for (const run of runs) {
    const waiting = await conduct(client, run, () => null);
    expect(waiting.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
    expect(waiting.steps[0]).toMatchObject({ outcome: "passed", attempts: 2 });
    const { files } = await client.diff(run);
    expect(files.map(({ path }) => path)).toEqual(["NAMED.md", "NOTES.md"]);
  }
});
