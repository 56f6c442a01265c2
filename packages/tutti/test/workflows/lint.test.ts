import { ProjectConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { readWorkflow } from "../../src/workflows/lint.ts";
import { builtInPlace, listWorkflows } from "../../src/workflows/resolve.ts";
import { FRONT, lineOf, source, STEPS } from "./source.ts";

const lint = (text: string, config?: ProjectConfig) =>
  readWorkflow(text, { file: "sample.md", config }).problems.map(
    ({ line, message, mend, level }) => ({ line, message, mend, level }),
  );
const block = (id: string, yaml: string, text = "Do it."): string =>
  `## Step: ${id}\n\`\`\`yaml\n${yaml}\n\`\`\`\n${text}\n`;
const config = ProjectConfig.parse({
  agents: {
    alto: { command: ["alto"], family: "anthropic" },
    tenor: { command: ["tenor"], family: "openai" },
  },
  roles: { planner: "alto", author: "alto", reviewer: ["tenor"] },
  checks: { test: { run: "npm test" } },
});

const messagesOfBuild = (yaml: string): string[] =>
  lint(source({ build: block("build", yaml), plan: STEPS.plan.replace(", plan.yaml", "") })).map(
    ({ message }) => message,
  );

test("a workflow with every stage has no problem", () => {
  expect(lint(source(), config)).toEqual([]);
});

test("the workflows that ship have no problem", async () => {
  const found = await listWorkflows([builtInPlace()]);
  expect(found.map(({ name }) => name)).toEqual(["fix-bug", "quick", "spec-first"]);
  for (const { text, file } of found)
    expect(readWorkflow(text, { file, config })).toMatchObject({ kind: "workflow", problems: [] });
});

test("whoever plans with items also writes the contract that a review holds the change against", async () => {
  const built = await listWorkflows([builtInPlace()]);
  const odd = built.filter(({ text, file }) => {
    const read = readWorkflow(text, { file, config });
    if (read.kind === "invalid") throw new Error(`${file} does not parse`);
    const produced = read.workflow.steps.flatMap((step) =>
      step.kind === "agent" ? step.produces : [],
    );
    return produced.includes("contract.yaml") !== produced.includes("plan.yaml");
  });
  expect(odd.map(({ file }) => file)).toEqual([]);
});

test("a file that is called otherwise than its workflow is warned of", () => {
  expect(readWorkflow(source(), { file: ".tutti/workflows/other.md" })).toMatchObject({
    kind: "workflow",
    problems: [
      { level: "warning", message: "The workflow is called `sample`, and its file `other.md`." },
    ],
  });
});

test("a cycle is named with its steps", () => {
  const text = source({ plan: STEPS.plan.replace("stage: plan", "stage: plan\nneeds: [test]") });
  expect(lint(text)).toEqual([
    expect.objectContaining({
      line: lineOf(text, "needs: [test]"),
      message:
        "The steps need each other in a circle: plan → test → build → plan; none of them could start.",
    }),
  ]);
});

test("a need that is no step says which one was meant", () => {
  const text = source({ merge: block("merge", "kind: merge\nneeds: [reviw]", "") });
  expect(lint(text)).toEqual([
    {
      line: lineOf(text, "needs: [reviw]"),
      level: "error",
      message: "Step `merge` needs `reviw`, which is not a step.",
      mend: "Did you mean `review`?",
    },
  ]);
});

test("a missing mandatory stage is refused unless it is waived with a reason", () => {
  const without = { plan: STEPS.plan.replace("stage: plan\n", "") };
  expect(lint(source(without))).toEqual([
    expect.objectContaining({
      message: "The mandatory stage `plan` is missing.",
      mend: "Add `stage: plan` to step `plan`, if that is what it is.",
    }),
  ]);
  const front = FRONT.replace("---\n#", "waives: { plan: too small }\n---\n#");
  expect(lint(source({ ...without, front }))).toEqual([]);
});

test("work that no test or review sees afterwards is refused", () => {
  const late = `${STEPS.review}\n${block("polish", "kind: agent\nrole: author\naccess: workspace")}`;
  expect(lint(source({ review: late })).map(({ message }) => message)).toEqual([
    "No step of the stage `test` comes after `polish`, which writes the workspace.",
    "No step of the stage `review` comes after `polish`, which writes the workspace.",
  ]);
});

test("a stage on the wrong kind of step is refused", () => {
  const build = STEPS.build.replace("access: workspace", "access: read-only\nproduces: [a.md]");
  expect(lint(source({ build, merge: "", test: STEPS.test.replace(/on_fail.*\n/u, "") }))).toEqual([
    expect.objectContaining({
      message: "Step `build` cannot be the stage `implement`.",
      mend: "Add `access: workspace`.",
    }),
  ]);
});

test("a back edge leads to an earlier step that writes the workspace", () => {
  const text = source({ test: STEPS.test.replace("back_to: build", "back_to: plan") });
  expect(lint(text)).toEqual([
    expect.objectContaining({
      line: lineOf(text, "on_fail"),
      message: "`back_to: plan` is not an earlier agent step that writes the workspace.",
    }),
  ]);
});

test("the merge is the last step, there is one, and it waits for every other", () => {
  const beside = `${STEPS.review}\n${block("extra", "kind: checks\nneeds: [build]", "")}`;
  const text = source({
    review: beside,
    merge: STEPS.merge.replace("kind: merge", "kind: merge\nneeds: [review]"),
  });
  expect(lint(text).map(({ message }) => message)).toEqual([
    "The merge does not wait for step `extra`, so what it finds could not matter.",
  ]);
  const after = source({ merge: `${STEPS.merge}\n${block("after", "kind: checks", "")}` });
  expect(lint(after).map(({ message }) => message)).toEqual([
    "Step `after` comes after the merge, and nothing comes after a merge.",
  ]);
  const two = source({
    merge: `${STEPS.merge}\n${block("again", "kind: merge\nneeds: [review]", "")}`,
  });
  expect(lint(two).map(({ message }) => message)).toEqual(["There is a second merge step."]);
});

test("a step under a condition that never holds is called unreachable", () => {
  const text = source({
    review: STEPS.review.replace("stage: review", "stage: review\nwhen: { artifact: notes.md }"),
  });
  expect(lint(text)[0]).toMatchObject({
    message: "Step `review` is never reached: no step before it produces `notes.md`.",
  });
});

test("an approval of an artifact that nobody produces names the artifact that was meant", () => {
  const text = source({
    build: `${block("approve", "kind: approval\nof: [spec.mb, candidate]", "")}\n${STEPS.build}`,
  });
  expect(lint(text)).toEqual([
    expect.objectContaining({
      line: lineOf(text, "of: [spec.mb"),
      message: "No step before `approve` produces `spec.mb`.",
      mend: "Did you mean `spec.md`?",
    }),
    expect.objectContaining({
      message: "There is no candidate to approve: no step before this one writes the workspace.",
    }),
  ]);
});

test("items need a plan, and a gate needs what it runs", () => {
  expect(messagesOfBuild("kind: agent\nstage: implement\nfor_each: plan.items")).toEqual([
    "No step before `build` produces plan.yaml, so it has no items.",
  ]);
  expect(
    messagesOfBuild("kind: agent\nstage: implement\ngate: [reproduction: fails-on-base]"),
  ).toEqual([
    "The gate runs reproduction.yaml, and the step does not produce it.",
    "A reproduction is run on the base, so its step must not write the workspace.",
  ]);
});

test("an agent step that could leave nothing, or is told nothing, is refused", () => {
  const plan = block("plan", "kind: agent\nstage: plan\nrole: planner", "");
  expect(lint(source({ plan })).map(({ message }) => message)).toEqual([
    "Step `plan` tells its agent nothing.",
    "Step `plan` changes nothing and produces nothing.",
  ]);
});

test("an artifact that two steps produce is refused", () => {
  const build = STEPS.build.replace("access: workspace", "access: workspace\nproduces: [spec.md]");
  expect(lint(source({ build }))[0]).toMatchObject({
    message: "`spec.md` is produced by `plan` already.",
  });
});

test("an unknown variable is reported on its own line", () => {
  const text = source({
    build: STEPS.build.replace("Build it.", "Build it.\n\nFor {{task.titel}}."),
  });
  expect(lint(text)).toEqual([
    {
      line: lineOf(text, "{{task.titel}}"),
      level: "error",
      message: "`{{task.titel}}` is not a variable.",
      mend: "Did you mean `task.title`?",
    },
  ]);
});

test("variables that have no value where they stand are refused", () => {
  const build = STEPS.build.replace(
    "Build it.",
    '{{item.title}} {{artifact "notes.md"}} {{artifact "spec.md"}}',
  );
  const review = `${STEPS.review}{{failures}}\n`;
  expect(lint(source({ build, review })).map(({ message }) => message)).toEqual([
    "`{{item.title}}` has no value: the step has no `for_each`.",
    "No step before `build` produces `notes.md`.",
    "`{{failures}}` has a value only in agent steps.",
  ]);
});

test("a review may not be given what the author wrote", () => {
  const build = STEPS.build.replace(
    "access: workspace",
    "access: workspace\nproduces: [report.md]",
  );
  expect(
    lint(source({ build, review: `${STEPS.review}{{artifact "report.md"}}\n` }))[0]?.message,
  ).toBe("A review is blind, and `report.md` is written by the author of the change.");
});

test("braces after a backslash and the preamble's braces are no variables", () => {
  const build = STEPS.build.replace("Build it.", "Write \\{{name}} literally.");
  expect(lint(source({ build }))).toEqual([]);
  const text = source({ front: `${FRONT}{{task.title}}\n` });
  expect(lint(text)[0]).toMatchObject({
    line: lineOf(text, "{{task.title}}"),
    message: "The preamble goes with every step and has no variables.",
  });
});

test("with a configuration, roles, agents and checks must be there", () => {
  const build = block("build", "kind: agent\nstage: implement\nagent: altoo\ngate: [checks: fats]");
  const checks = STEPS.test.replace("stage: test", "stage: test\nrun: [tests]");
  expect(
    lint(source({ build, test: checks }), config).map(({ message, mend }) => [message, mend]),
  ).toEqual([
    ["`altoo` is not an agent of .tutti/config.yaml.", "Did you mean `alto`?"],
    ["`fats` is not a check of .tutti/config.yaml.", "Known: `test`."],
    ["`tests` is not a check of .tutti/config.yaml.", "Did you mean `test`?"],
  ]);
  expect(
    lint(source(), ProjectConfig.parse({})).map(({ message, level }) => [level, message]),
  ).toEqual([
    ["error", "No agent has the role `planner`."],
    ["error", "No agent has the role `author`."],
    ["warning", "No check is configured, so nothing can pass this step."],
    ["warning", "The step asks for 1 reviewer, and `roles.reviewer` names none."],
  ]);
});
