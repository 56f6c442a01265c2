/** The workflow for defects: nothing is fixed that was not reproduced, and the reproduction decides. */
import { expect, it } from "vitest";
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, createDaemon, jsonOf, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";

const CONTRACT =
  'requirements:\n  - { id: R1, must: true, text: "WHEN the list is empty THE sum SHALL be 0", check: { test: "sums nothing" } }\n';
const PLAN =
  'items:\n  - { id: P1, title: "Start from nothing", covers: [R1], scope: ["sum.mjs"] }\n';

const reproduction = (expected: string) => ({
  claim: "sum([]) throws",
  reproduction: {
    files: [
      {
        path: "empty.test.mjs",
        content: `import assert from "node:assert";\nimport test from "node:test";\nimport { sum } from "./sum.mjs";\n\ntest("sums nothing", () => assert.equal(${expected}));\n`,
      },
    ],
    run: "node --test --test-reporter=tap empty.test.mjs",
    test: "sums nothing",
  },
});

/** Investigates with this test, first misses the empty list, then mends it. */
const author = (expected: string): Script => ({
  name: "alto",
  turns: [
    {
      step: "investigate",
      do: [
        { do: "report", file: "investigation.md", text: "reduce has no start value.\n" },
        { do: "report", file: "reproduction.yaml", json: reproduction(expected) },
      ],
    },
    {
      step: "plan",
      do: [
        { do: "report", file: "contract.yaml", text: CONTRACT },
        { do: "report", file: "plan.yaml", text: PLAN },
      ],
    },
    {
      step: "implement[P1]",
      do: [{ do: "append", path: "sum.mjs", content: "// looked at\n" }],
    },
    {
      step: "implement",
      prompt: "proof F1 still fails",
      do: [{ do: "patch", path: "sum.mjs", find: "total + value)", replace: "total + value, 0)" }],
    },
  ],
});

const openProject = (expected: string) =>
  createProject({
    agents: {
      alto: { family: "anthropic", script: author(expected) },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    config: { workflow: "fix-bug" },
  });

it("a defect is reproduced on the base, its fix goes back until the reproduction passes, and the merge follows", async () => {
  using project = openProject("sum([]), 0");
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project, { text: "sum([]) throws" });
  const view = await conduct(daemon.client, run);
  expect([view.outcome, view.attention]).toEqual(["merged", []]);
  expect(view.findings).toMatchObject([
    {
      claim: "sum([]) throws",
      verdict: "confirmed",
      evidence: { base: "fail", fixed: "pass" },
      raisedBy: { agent: "alto", lineage: "declared" },
    },
  ]);
  const steps = Object.fromEntries(view.steps.map(({ id, attempts }) => [id, attempts]));
  expect(steps).toMatchObject({ "implement[P1]": 1, "implement[fix-1]": 1, test: 2 });
  expect(project.git("show", "main:sum.mjs")).toContain("total + value, 0)");
});

it("a reproduction that passes on the base reproduces nothing: no fix is begun", async () => {
  using project = openProject("sum([1]), 1");
  await using daemon = createDaemon(project);
  const asked = await daemon.tutti(["run", "sum([1]) throws", "--wait", "--json"]);
  const { attention, steps } = jsonOf(asked);
  expect([asked.code, attention[0].kind, attention[0].step]).toEqual([
    3,
    "failed-gate",
    "investigate",
  ]);
  expect(attention[0].asks).toContain("does not fail on the base");
  expect(steps[0].attempts).toBe(4);
  expect(steps[1].outcome).toBe("pending");
});
