/** A workflow of the project's own: parallel steps, gates, conditions, a panel of reviewers. */
import { expect, it } from "vitest";
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, createDaemon, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";

const OURS = `---
name: ours
description: Two planners at once, a gate for each item, two rivals.
---
# Ours

## Step: notes
\`\`\`yaml
kind: agent
role: planner
access: read-only
needs: []
produces: [notes.md]
\`\`\`
Take notes on {{task.goal}}

## Step: plan
\`\`\`yaml
kind: agent
stage: plan
role: planner
access: read-only
needs: []
produces: [contract.yaml, plan.yaml]
\`\`\`
Plan {{task.goal}}

## Step: build
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
needs: [notes, plan]
for_each: plan.items
gate: [checks: fast]
retry: { max: 1 }
\`\`\`
Build {{item.title}} with {{artifact "notes.md"}}

## Step: test
\`\`\`yaml
kind: checks
stage: test
run: [fast, slow]
\`\`\`

## Step: docs
\`\`\`yaml
kind: agent
role: planner
access: read-only
produces: [docs.md]
when: { changed: ["docs/**"] }
\`\`\`
Say what the docs lack.

## Step: panel
\`\`\`yaml
kind: review
stage: review
needs: [test, docs]
reviewers: { count: 2, family: foreign }
\`\`\`

## Step: merge
\`\`\`yaml
kind: merge
\`\`\`
`;

const CONTRACT =
  'requirements:\n  - { id: R1, must: true, text: "THE file SHALL be there", check: { manual: "look" } }\n';
const PLAN =
  'items:\n  - { id: P2, title: "The second", needs: [P1] }\n  - { id: P1, title: "The first", covers: [R1] }\n';

const line = (text: string) => ({ do: "append" as const, path: "order.txt", content: `${text}\n` });

const author: Script = {
  name: "alto",
  turns: [
    { step: "notes", do: [{ do: "report", file: "notes.md", text: "NOTED\n" }] },
    {
      step: "plan",
      do: [
        { do: "report", file: "contract.yaml", text: CONTRACT },
        { do: "report", file: "plan.yaml", text: PLAN },
      ],
    },
    // Red at the gate at first, and told so.
    { step: "build[P1]", nth: 1, prompt: "NOTED", do: [line("first"), line("red")] },
    {
      step: "build[P1]",
      prompt: "check fast failed",
      do: [{ do: "patch", path: "order.txt", find: "red\n", replace: "" }],
    },
    { step: "build[P2]", do: [line("second")] },
  ],
};

const panel = (name: string): Script => ({
  ...EMPTY_REVIEW,
  name,
  turns: EMPTY_REVIEW.turns.map((turn) => ({ ...turn, step: "panel" })),
});

it("a project's own workflow runs its steps in order, side by side where nothing lies between them", async () => {
  using project = createProject({
    agents: {
      alto: { family: "anthropic", script: author },
      tenor: { family: "openai", script: panel("tenor") },
      basso: { family: "google", script: panel("basso") },
    },
    roles: { planner: "alto", author: "alto", reviewer: ["tenor", "basso"] },
    checks: {
      fast: { run: "! grep -q red ord*", timeout: "30s" },
      slow: { run: "test -e sum.mjs", timeout: "30s" },
    },
    workflows: { ours: OURS },
  });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project, { workflow: "ours" });
  const view = await conduct(client, run);
  expect([view.outcome, view.attention]).toEqual(["merged", []]);
  expect(view.families).toMatchObject({ authors: ["anthropic"], reviewers: ["openai", "google"] });
  const steps = Object.fromEntries(
    view.steps.map(({ id, outcome, attempts }) => [id, `${outcome} ${attempts}`]),
  );
  expect(steps).toEqual({
    notes: "passed 1",
    plan: "passed 1",
    "build[P1]": "passed 2",
    "build[P2]": "passed 1",
    test: "passed 1",
    docs: "skipped 0",
    panel: "passed 1",
    merge: "passed 1",
  });
  expect(project.git("show", "main:order.txt")).toBe("first\nsecond");
  const events = await client.eventsOf(run, { after: 0, limit: 200 });
  const moments = events.flatMap(({ body }) =>
    body.type === "step.started" || body.type === "step.passed"
      ? [`${body.type} ${body.step}`]
      : [],
  );
  expect(moments.slice(0, 2)).toEqual(["step.started notes", "step.started plan"]);
});
