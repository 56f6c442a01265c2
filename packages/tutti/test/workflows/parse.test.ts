import { expect, test } from "vitest";
import { parseWorkflow } from "../../src/workflows/parse.ts";
import { FRONT, lineOf, source, STEPS } from "./source.ts";

const parse = (text: string) => parseWorkflow(text, "sample.md");
const problemsOf = (text: string) => parse(text).problems;
const workflowOf = (text: string) => {
  const parsed = parse(text);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems, null, 1));
  return parsed.workflow;
};
const step = (block: string, text = "Do it."): string =>
  `## Step: build\n\`\`\`yaml\n${block}\n\`\`\`\n${text}\n`;

test("a step needs the step before it unless it says otherwise", () => {
  const text = source({
    test: STEPS.test.replace("stage: test", "stage: test\nneeds: [plan, build]"),
  });
  expect(workflowOf(text).steps.map(({ id, needs }) => [id, needs])).toEqual([
    ["plan", []],
    ["build", ["plan"]],
    ["test", ["plan", "build"]],
    ["review", ["test"]],
    ["merge", ["review"]],
  ]);
});

test("defaults are filled in, so that the engine decides nothing about absent keys", () => {
  const { steps } = workflowOf(source());
  expect(steps[0]).toMatchObject({
    access: "read-only",
    session: "fresh",
    gate: { checks: [] },
    retry: { max: 2 },
  });
  expect(steps[2]).toMatchObject({ run: [], on_fail: { back_to: "build", rounds: 3 } });
  expect(steps[3]).toMatchObject({
    reviewers: { role: "reviewer", count: 1, family: "foreign" },
    evidence: "required",
  });
});

test("the preamble is the text up to the first step, without the front matter", () => {
  expect(workflowOf(source({ front: `${FRONT}Be brief.\n` })).preamble).toBe("# Sample\nBe brief.");
});

test("a gate may be written as a list or as a block", () => {
  const list = step(
    "kind: agent\nrole: author\naccess: workspace\ngate: [checks: fast, checks: [lint]]",
  );
  const block = step(
    "kind: agent\nrole: author\naccess: workspace\ngate: { checks: [fast, lint] }",
  );
  for (const build of [list, block])
    expect(workflowOf(source({ build })).steps[1]).toMatchObject({
      gate: { checks: ["fast", "lint"] },
    });
});

test("a gate may ask for a reproduction that fails on the base", () => {
  const build = step(
    "kind: agent\nrole: planner\nproduces: [reproduction.yaml]\ngate: [reproduction: fails-on-base]",
  );
  expect(workflowOf(source({ build })).steps[1]).toMatchObject({
    gate: { checks: [], reproduction: "fails-on-base" },
  });
});

test("an unknown key names its line and the key that was meant", () => {
  const text = source({ build: step("kind: agent\nrole: author\nproducess: [a.md]") });
  expect(problemsOf(text)).toEqual([
    {
      file: "sample.md",
      line: lineOf(text, "producess"),
      level: "error",
      message: "`producess` is not a key of this file.",
      mend: "Did you mean `produces`?",
    },
  ]);
});

test("a wrong kind names its line and the kinds there are", () => {
  const text = source({ build: step("kind: aproval") });
  expect(problemsOf(text)[0]).toMatchObject({
    line: lineOf(text, "kind: aproval"),
    message: expect.stringContaining("`agent`, `checks`, `review`, `approval`, `merge`"),
    mend: "Did you mean `approval`?",
  });
});

test("a wrong type is said in words with its line", () => {
  const text = source({ build: step("kind: agent\nrole: author\nretry:\n  max: many") });
  expect(problemsOf(text)[0]).toMatchObject({
    line: lineOf(text, "max: many"),
    message: '`retry.max` is `"many"`; it must be a number.',
  });
});

test("YAML that cannot be read is reported at its line in the file", () => {
  const text = source({ build: step("kind: agent\nproduces: [a.md") });
  const [problem] = problemsOf(text);
  expect(problem?.message).toMatch(/^This is not valid YAML/u);
  expect(problem?.line).toBeGreaterThanOrEqual(lineOf(text, "produces: [a.md"));
  expect(problem?.line).toBeLessThanOrEqual(lineOf(text, "produces: [a.md") + 1);
});

test("a heading that nearly is a step is refused instead of becoming prose", () => {
  const shapes = ["### Step: build", "## Step build", "## Build", "## step: build"];
  for (const heading of shapes) {
    const text = source({ build: STEPS.build.replace("## Step: build", heading) });
    expect(problemsOf(text)).toContainEqual(
      expect.objectContaining({
        line: lineOf(text, heading),
        mend: "Write it as `## Step: build`.",
      }),
    );
  }
});

test("a heading inside a step's text stays text", () => {
  const build = STEPS.build.replace("Build it.", "Build it.\n\n## Notes\n\nWith care.\n\n### More");
  expect(workflowOf(source({ build })).steps[1]?.text).toBe(
    "Build it.\n\n## Notes\n\nWith care.\n\n### More",
  );
});

test("a step inside a code fence of the text is no step", () => {
  const build = STEPS.build.replace("Build it.", "Build it:\n\n~~~md\n## Step: other\n~~~");
  expect(workflowOf(source({ build })).steps).toHaveLength(5);
});

test("yaml blocks after the typed block belong to the text", () => {
  const build = STEPS.build.replace("Build it.", "Like this:\n\n```yaml\nkind: nonsense\n```");
  expect(workflowOf(source({ build })).steps[1]?.text).toContain("kind: nonsense");
});

test("a step without a typed block, with an unclosed one, or twice is refused", () => {
  expect(problemsOf(source({ build: "## Step: build\nBuild it.\n" }))[0]?.message).toBe(
    "Step `build` has no typed block.",
  );
  const open = source({ merge: "## Step: merge\n```yaml\nkind: merge\n" });
  expect(problemsOf(open)[0]).toMatchObject({
    line: lineOf(open, "```yaml\nkind: merge"),
    message: "The typed block of step `merge` is not closed.",
  });
  const twice = source({ review: STEPS.build });
  expect(problemsOf(twice)[0]?.message).toBe(
    `There are two steps \`build\`; the first is on line ${lineOf(twice, "## Step: build")}.`,
  );
});

test("front matter is required, must be closed, and knows its keys", () => {
  expect(problemsOf(source({ front: "# Sample\n" }))[0]).toMatchObject({
    line: 1,
    message: "The file has no front matter.",
  });
  expect(problemsOf(source({ front: "---\nname: sample\n" }))[0]?.message).toBe(
    "The front matter is not closed.",
  );
  const text = source({ front: FRONT.replace("description", "desciption") });
  expect(problemsOf(text)).toContainEqual(
    expect.objectContaining({ line: 3, mend: "Did you mean `description`?" }),
  );
});

test("an id that is not lower-case words is refused at its heading", () => {
  const text = source({ build: STEPS.build.replace("Step: build", "Step: Build It") });
  expect(problemsOf(text)).toContainEqual(
    expect.objectContaining({
      line: lineOf(text, "## Step: Build It"),
      message: "`Build It` cannot be a step id.",
    }),
  );
});

test("Windows line ends and a byte order mark change neither text nor lines", () => {
  const unix = source({ build: step("kind: agent\nrol: author") });
  const windows = `\u{FEFF}${unix.replaceAll("\n", "\r\n")}`;
  expect(problemsOf(windows)).toEqual(problemsOf(unix));
  expect(workflowOf(source().replaceAll("\n", "\r\n"))).toEqual(workflowOf(source()));
});

test("keys that are read and change nothing are warned of", () => {
  const text = source({
    build: step("kind: agent\nrole: author\naccess: workspace\nretry: { max: 1, on: [checks] }"),
  });
  expect(parse(text)).toMatchObject({ kind: "workflow", problems: [{ level: "warning" }] });
});

test("a budget of the front matter bounds every run of the workflow", () => {
  const front = FRONT.replace("---\n#", "budget: { usd: 5, tokens: 100, minutes: 9.5 }\n---\n#");
  expect(parse(source({ front }))).toMatchObject({ kind: "workflow", problems: [] });
  expect(workflowOf(source({ front })).budget).toEqual({ usd: 5, tokens: 100, minutes: 9.5 });
});

test("an empty file and a file that is no text of a workflow are refused without an exception", () => {
  for (const text of ["", "---\n---\n", "\u0000\u0001", "## Step:", "#".repeat(10_000)])
    expect(parse(text).kind).toBe("invalid");
});
