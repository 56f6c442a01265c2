/** A project as New task and the settings see it: what is committed counts, not what lies in the work tree. */
import { join } from "node:path";
import { ProjectView } from "@tutti/protocol";
import { expect, test } from "vitest";
import { readHost } from "../src/platform/tool-places.ts";
import { createProjectView } from "../src/project-view.ts";
import { createRules } from "../src/rules.ts";
import {
  commitFiles,
  git,
  makeRepository,
  openWorkspaces,
  scratch,
  write,
} from "./workspace/support.ts";

const CONFIG = `agents:
  alto: { command: [./alto.sh], family: anthropic, env: { PRIVATE: not-shown } }
roles: { planner: alto, author: alto, reviewer: [alto] }
checks: { test: { run: npm test, timeout: 90s, env: { PRIVATE: not-shown } } }
budget: { usd: 3 }
`;

const WORKFLOW = `---
name: tiny
description: One step.
---
# A tiny one

## build
`;

test("the rules, branches and workflows of the branch that is checked out are told", async () => {
  using place = scratch("project");
  const root = makeRepository(join(place.folder, "project"), { ".tutti/config.yaml": CONFIG });
  git(root, "branch", "other");
  commitFiles(root, { ".tutti/workflows/tiny.md": WORKFLOW }, "A workflow");
  write(root, { ".tutti/config.yaml": "nonsense: true\n", ".tutti/workflows/loose.md": WORKFLOW });
  const { repositories } = openWorkspaces(place);
  const userFolder = join(place.folder, "config");
  const rules = createRules(userFolder, readHost({ HOME: place.folder }));
  const view = createProjectView({ repositories, rules, userFolder });

  const told = ProjectView.parse(await view(join(root, ".tutti")));
  expect(told).toMatchObject({
    root,
    branch: "main",
    target: "main",
    commit: git(root, "rev-parse", "main"),
    workflow: "spec-first",
    problems: [],
    rules: {
      roles: { author: "alto", reviewer: ["alto"] },
      checks: { test: { run: "npm test", timeout: 90_000 } },
      budget: { usd: 3 },
    },
  });
  expect(told.branches.toSorted()).toEqual(["main", "other"]);
  expect(JSON.stringify(told)).not.toContain("not-shown");
  const names = told.workflows.map(({ name, origin }) => `${name} ${origin}`);
  expect(names).toEqual([
    "fix-bug built-in",
    "quick built-in",
    "spec-first built-in",
    "tiny project",
  ]);
  const byName = new Map(told.workflows.map((one) => [one.name, one]));
  expect(byName.get("quick")).toMatchObject({
    title: "Quick",
    waives: { plan: expect.stringContaining("one sentence") },
  });
  expect(byName.get("spec-first")?.stages).toEqual(["plan", "implement", "test", "review"]);
  expect(byName.get("tiny")).toMatchObject({ title: "A tiny one", isValid: false, steps: [] });
  expect(byName.get("tiny")?.problems.join("\n")).toContain(".tutti/workflows/tiny.md");
});

test("a project without a configuration says so and still shows what could be run", async () => {
  using place = scratch("project");
  const root = makeRepository(join(place.folder, "project"));
  git(root, "checkout", "-q", "--detach");
  const { repositories } = openWorkspaces(place);
  const userFolder = join(place.folder, "config");
  const rules = createRules(userFolder, readHost({ HOME: place.folder }));
  const view = createProjectView({ repositories, rules, userFolder });
  const told = ProjectView.parse(await view(root));
  expect(told).toMatchObject({ branch: null, target: null, rules: null });
  expect(told.problems).not.toEqual([]);
  expect(told.workflows).toHaveLength(3);
  await expect(view(place.home)).rejects.toMatchObject({ code: "repository.none" });
});
