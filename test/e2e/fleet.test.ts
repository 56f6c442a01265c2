/** Many tasks at once in one repository, all with an edit to the same tracked file. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import { type Answer, conduct, createDaemon, ended, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";

const TASKS = Array.from({ length: 10 }, (_, index) => index + 1);

/** Sections far enough apart that git merges edits to two of them. */
const PLAN = TASKS.map((task) => `## Task ${task}\n\n- [ ] open\n\nNotes on task ${task}.\n`).join(
  "\n",
);

const author = {
  name: "alto",
  turns: TASKS.map((task) => ({
    step: "implement",
    prompt: `Do task ${task}\\.`,
    do: [
      { do: "write" as const, path: `part-${task}.txt`, content: `part ${task}\n` },
      {
        do: "patch" as const,
        path: "PLAN.md",
        find: `## Task ${task}\n\n- [ ] open`,
        replace: `## Task ${task}\n\n- [x] done`,
      },
    ],
  })),
};

/** A person who looks at every overlap: the first one is reviewed again, of the others the review still holds. */
const createPerson = (): { readonly answer: Answer; readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    answer: (item) => {
      if (item.kind !== "stale" || item.step === null) return null;
      asked.push(item.step);
      const answer = asked.length === 1 ? "again" : "holds";
      return { kind: "step.renew", step: StepKey.parse(item.step), answer };
    },
  };
};

it("ten parallel tasks that edit one tracked file are all merged, and nothing is left behind", async () => {
  using project = createProject({
    files: { "PLAN.md": PLAN, "check.sh": 'test "$(grep -c "^## Task" PLAN.md)" = 10\n' },
    agents: {
      alto: { family: "anthropic", script: author },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { plan: { run: "sh check.sh", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const first = project.git("rev-parse", "main");
  const person = createPerson();
  const runs = await Promise.all(
    TASKS.map((task) => startRun(client, project, { text: `Do task ${task}.`, workflow: "quick" })),
  );
  const views = await Promise.all(runs.map((run) => conduct(client, run, person.answer)));
  expect(views.map((view) => [view.outcome, view.attention])).toEqual(
    TASKS.map(() => ["merged", []]),
  );
  await Promise.all(runs.map((run) => ended(client, run)));
  expect(person.asked.length).toBeGreaterThan(0);
  for (const task of TASKS)
    expect(project.git("show", `main:part-${task}.txt`)).toBe(`part ${task}`);
  expect(project.git("show", "main:PLAN.md")).toBe(PLAN.replaceAll("[ ] open", "[x] done").trim());

  // One merge a task, each with its run's name, and not a commit that no task made.
  const merges = project.git("log", "--first-parent", "--format=%H", `${first}..main`).split("\n");
  expect(merges.toSorted()).toEqual(views.map((view) => view.merged?.commit ?? "").toSorted());

  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("stash", "list")).toBe("");
  expect(project.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  expect(project.git("worktree", "list").split("\n")).toHaveLength(1);
  expect(readdirSync(join(daemon.data, "runs"))).toEqual([]);
  expect(existsSync(join(project.root, ".git/index.lock"))).toBe(false);

  const counted = JSON.parse((await daemon.tutti(["tasks", "--json"])).stdout);
  expect(counted.items).toHaveLength(TASKS.length);
  expect(
    counted.items.map(({ state, attention }: { state: string; attention: number }) => [
      state,
      attention,
    ]),
  ).toEqual(TASKS.map(() => ["merged", 0]));
  expect(await client.attention()).toEqual([]);
});
