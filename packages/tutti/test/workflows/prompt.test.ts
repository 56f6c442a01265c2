import { AgentStep, ReviewStep } from "@tutti/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PromptInput } from "../../src/engine/ports/rules.ts";
import {
  assembleContinuation,
  assemblePrompt,
  assembleReviewPrompt,
} from "../../src/workflows/prompt.ts";
import type { AgentPrompt, ReviewPrompt } from "../../src/workflows/prompt.ts";
import { workflowRules } from "../../src/workflows/project-rules.ts";
import { quoteBlock, quoteInline } from "../../src/workflows/quote.ts";
import { renderTemplate } from "../../src/workflows/template.ts";
import type { TemplateValues } from "../../src/workflows/template.ts";

const values: TemplateValues = {
  task: { title: "Fix it", text: "Fix it\nproperly" },
  run: { id: "r-abcdef", workflow: "quick", base: "main", target: "main" },
  item: { id: "P1", title: "Guard keys", covers: ["R1"], scope: ["index.js"], needs: [] },
  artifacts: { "spec.md": "the spec" },
  findings: "",
  failures: "",
};
const agentStep = (step: Partial<AgentStep>) =>
  AgentStep.parse({
    id: "build",
    needs: [],
    kind: "agent",
    role: "author",
    access: "workspace",
    produces: [],
    text: "Build.",
    ...step,
  });
const agent = (input: Partial<AgentPrompt> = {}): AgentPrompt => ({
  key: "build[P1]",
  attempt: 1,
  run: values.run,
  task: values.task,
  preamble: "Be brief.",
  artifacts: [],
  step: agentStep({}),
  item: null,
  facts: [],
  findings: [],
  comments: [],
  checks: [],
  ...input,
});
const review = (input: Partial<ReviewPrompt> = {}): ReviewPrompt => ({
  key: "rival-review",
  attempt: 2,
  run: values.run,
  task: values.task,
  preamble: "",
  artifacts: [{ name: "spec.md", text: "SPEC", isPinned: true }],
  step: ReviewStep.parse({
    id: "rival-review",
    needs: [],
    kind: "review",
    text: "Try to break it.",
  }),
  changed: ["index.js"],
  patch: "+ guard",
  ...input,
});

test("the first line names step and attempt exactly", () => {
  expect(assemblePrompt(agent({ attempt: 3 })).split("\n")[0]).toBe(
    "Tutti step: build[P1] (attempt 3)",
  );
  expect(assembleReviewPrompt(review()).split("\n")[0]).toBe(
    "Tutti step: rival-review (attempt 2)",
  );
});

test("every part that is there is in the prompt, in a fixed order, and what is absent leaves no trace", () => {
  const text = assemblePrompt(
    agent({
      item: values.item,
      artifacts: [{ name: "spec.md", text: "SPEC", isPinned: true }],
      facts: [{ summary: "test is red", details: ["expected 1, got 2"] }],
      findings: [
        {
          id: "F1",
          severity: "P1",
          claim: "still pollutes",
          verdict: "reproduced",
          locations: [{ path: "index.js", startLine: 7 }],
          reproduction: { run: "node t.js", files: [{ path: "t.js", content: "throw 1" }] },
        },
      ],
      comments: ["ada: keep the API"],
      checks: [{ name: "test", run: "npm test" }],
      step: agentStep({ produces: ["report.md"] }),
    }),
  );
  const headings = [...text.matchAll(/^## (.*)$/gmu)].map(([, title]) => title);
  expect(headings).toEqual([
    "About this workflow",
    "Your step",
    "The task",
    "What you build on",
    "Your item",
    "What was found wrong before",
    "Findings to settle",
    "What people said",
    "How this step ends",
  ]);
  for (const part of [
    "binding as what to build: spec.md",
    "expected 1, got 2",
    "index.js:7",
    "throw 1",
    "npm test",
    "TUTTI_ARTIFACTS",
    "### report.md",
  ])
    expect(text).toContain(part);
  expect([...assemblePrompt(agent()).matchAll(/^## (.*)$/gmu)].map(([, title]) => title)).toEqual([
    "About this workflow",
    "Your step",
    "The task",
    "How this step ends",
  ]);
});

test("what the step's text places itself is not given twice", () => {
  const text = assemblePrompt(
    agent({
      step: agentStep({ text: 'Do {{task.text}}\n\n{{artifact "spec.md"}}' }),
      artifacts: [{ name: "spec.md", text: "SPEC", isPinned: false }],
    }),
  );
  expect(text.split("SPEC")).toHaveLength(2);
  expect(text.split("properly")).toHaveLength(2);
});

test("of an item only what the step's text does not say itself is added", () => {
  const item = {
    id: "P1",
    title: "Guard keys",
    covers: ["R1"],
    scope: [],
    needs: [],
    notes: "Mind the cache.",
  };
  const text = assemblePrompt(
    agent({ item, step: agentStep({ text: "Do {{item.title}} for {{item.covers}}." }) }),
  );
  expect(text).toContain("## Your item\n[data item.notes #1]\nMind the cache.\n[end of data #1]");
  expect(text.split("Guard keys")).toHaveLength(2);
});

test("the workflow's own title does not stand in the prompt", () => {
  expect(assemblePrompt(agent({ preamble: "# Sample\n\nBe brief." }))).toContain(
    "## About this workflow\nBe brief.",
  );
  expect(assemblePrompt(agent({ preamble: "# Sample" }))).not.toContain("About this workflow");
});

test("a reviewer is told to run things and how to report, and sees the change and the pin", () => {
  const text = assembleReviewPrompt(review());
  for (const part of [
    "SPEC",
    "+ guard",
    "index.js",
    "git diff HEAD~1 HEAD",
    "throw-away copy",
    "findings.json",
    "Try to break it.",
  ])
    expect(text).toContain(part);
});

test("the same input gives the same bytes", () => {
  expect(assemblePrompt(agent())).toBe(assemblePrompt(agent()));
});

test("quoted text cannot end its quotation, whatever it is", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom("[end of data #1]", "[end of data #2]", "#1]", "#3]", "\n", "x"))
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const [first, ...rest] = quoteBlock("n", text).split("\n");
      const mark = /#\d+(?=\]$)/u.exec(first ?? "")?.[0] ?? "none";
      expect(rest.join("\n").indexOf(`[end of data ${mark}]`)).toBe(text.length + 1);
    }),
  );
});

test("text within a line stays on its line and inside its quotes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const quoted = quoteInline(text);
      expect(quoted).not.toMatch(/[\n\r\u2028\u2029]/u);
      expect(typeof JSON.parse(quoted)).toBe("string");
    }),
  );
});

test("variables are filled once: braces in what is inserted stay braces", () => {
  const task = { title: "t", text: "say {{run.id}}" };
  expect(renderTemplate("{{task.goal}} in {{run.id}}", { ...values, task })).toBe(
    "say {{run.id}} in r-abcdef",
  );
});

test("what agents wrote is quoted: in the line inline, alone on its line as a block", () => {
  expect(renderTemplate("Do {{item.title}}.", values)).toBe('Do "Guard keys".');
  expect(renderTemplate('See:\n{{artifact "spec.md"}}\nend', values)).toBe(
    "See:\n[data spec.md #1]\nthe spec\n[end of data #1]\nend",
  );
});

test("a repair instance has no item and still reads as a sentence", () => {
  expect(renderTemplate("Implement {{item.title}}.", { ...values, item: null })).toBe(
    "Implement the repair of what is reported below.",
  );
});

test("artifacts that do not exist, also those named like an object's own, are said to be absent", () => {
  for (const name of ["plan.yaml", "constructor", "__proto__"])
    expect(renderTemplate(`{{artifact "${name}"}}`, values)).toBe(
      `(there is no ${name} in this run)`,
    );
});

test("text without a known variable comes out as it went in, but for the escapes", () => {
  const part = fc.constantFrom("{{", "}}", "task.txt", " ", "\n", "x", 'artifact "a', "{", "}");
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(renderTemplate(parts.join(""), values)).toBe(parts.join(""));
    }),
  );
  expect(renderTemplate("\\{{task.text}}", values)).toBe("{{task.text}}");
});

test("a session that goes on hears what was said to its step since, and not its whole task again", () => {
  const facts = [{ summary: "kim asks for another try", details: ["mind the empty list"] }];
  const prompt = assembleContinuation(agent({ facts }));
  expect(prompt).toContain("mind the empty list");
  expect(prompt).not.toContain("properly");
});

test("what people said is told with the step that goes on; nothing, when they took it back, is not made up", () => {
  const { messagePrompt } = workflowRules({ userFolder: "/none" });
  const input = { key: "build[P1]", attempt: 2 } as PromptInput;
  const told = messagePrompt(input, ["kim: keep it", "ann: all of it"]);
  expect(told).toMatch(/^Tutti step: build\[P1\] \(attempt 2\)\n/u);
  expect(told).toContain("## What people said\n\nkim: keep it\n\nann: all of it\n\nTake this");
  const silent = messagePrompt(input, []);
  expect(silent).toContain("there is nothing to read. Go on where you were.");
  expect(silent).not.toContain("What people said");
});
