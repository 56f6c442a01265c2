/** The reference pages: every example in them works as it stands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, ProjectConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { catalogAgents } from "../../src/catalog-agents.ts";
import { readBySchema } from "../../src/documents/explain.ts";
import { formatProblem } from "../../src/documents/problem.ts";
import { readYaml } from "../../src/documents/yaml-document.ts";
import { parseConfig, parseUserConfig } from "../../src/config/parse.ts";
import { projectConfigSchema, userConfigSchema } from "../../src/config/schema.ts";
import { UserConfig } from "../../src/config/user.ts";
import { readArtifact } from "../../src/workflows/artifacts.ts";
import { FrontMatter, StepBlock } from "../../src/workflows/file.ts";
import { readWorkflow } from "../../src/workflows/lint.ts";
import { frontMatterSchema, stepBlockSchema } from "../../src/workflows/schema.ts";

const catalog = catalogAgents();
const docs = join(import.meta.dirname, "../../../../docs");
const page = (name: string): string => readFileSync(join(docs, name), "utf8");

type Example = { readonly note: string; readonly text: string };
/** YAML blocks outside other blocks, with the comment above each. */
const examples = (name: string): Example[] =>
  [
    ...page(name)
      .replaceAll(/^````[\s\S]*?^````$/gmu, "")
      .matchAll(/(?:<!-- (?<note>.*?) -->\n)?^```yaml\n(?<text>[\s\S]*?)^```$/gmu),
  ].map((match) => ({ note: match.groups?.["note"] ?? "", text: match.groups?.["text"] ?? "" }));

const problemsOf = (schema: Parameters<typeof readBySchema>[0], text: string): string[] => {
  const yaml = readYaml(text, { file: "docs" });
  if (yaml.kind === "unreadable") return yaml.problems.map((problem) => formatProblem(problem));
  const read = readBySchema(schema, yaml.document);
  return read.kind === "invalid" ? read.problems.map((problem) => formatProblem(problem)) : [];
};

test("every example of the configuration page is valid", () => {
  const user = UserConfig.parse({ agents: { tenor: { command: ["tenor"], family: "openai" } } });
  const problems = examples("configuration.md").flatMap(({ note, text }) => {
    const parsed =
      note === "user"
        ? parseUserConfig(text, "user", { catalog })
        : parseConfig(text, "project", { user, catalog });
    return parsed.problems.filter(({ level }) => level === "error");
  });
  expect(problems).toEqual([]);
  expect(examples("configuration.md").length).toBeGreaterThan(5);
});

test("the whole file of the configuration page has not even a warning", () => {
  expect(parseConfig(examples("configuration.md")[0]?.text ?? "", "project").problems).toEqual([]);
});

test("every provider and rule of the providers page is valid", () => {
  const read = examples("providers.md").map(({ text }) =>
    /^providers:/mu.test(text)
      ? parseUserConfig(text, "user", { catalog })
      : parseConfig(text, "project", { catalog }),
  );
  const problems = read.flatMap((one) => one.problems);
  expect(problems.filter(({ level }) => level === "error")).toEqual([]);
  expect(read.length).toBeGreaterThan(3);
});

test("the examples of the first pages are valid too", () => {
  const problems = ["getting-started.md", "demo.md", "../README.md"].flatMap((name) =>
    examples(name).flatMap(({ text }) => parseConfig(text, name, { catalog }).problems),
  );
  expect(problems.filter(({ level }) => level === "error")).toEqual([]);
});

test("the workflow of the workflow page has no problem", () => {
  const text =
    /^````markdown\n(?<file>[\s\S]*?)^````$/mu.exec(page("workflows.md"))?.groups?.["file"] ?? "";
  const config = ProjectConfig.parse({
    agents: { alto: { command: ["a"], family: "anthropic" } },
    roles: { author: "alto", reviewer: ["alto", "alto"] },
    checks: { lint: { run: "x" } },
  });
  expect(readWorkflow(text, { file: "careful.md", config })).toMatchObject({
    kind: "workflow",
    problems: [],
  });
});

test("every block of the workflow page is a valid step, front matter or artifact", () => {
  const contract = Contract.parse({
    requirements: [{ id: "R1", must: true, text: "t", check: { test: "t" } }],
  });
  const problems = examples("workflows.md").flatMap(({ note, text }) => {
    const artifact = /^# (?<name>[a-z]+\.yaml):/u.exec(text)?.groups?.["name"];
    if (artifact !== undefined) {
      const read = readArtifact(artifact, text, { contract });
      return read.kind === "invalid" ? [read.problem] : [];
    }
    return problemsOf(note === "front matter" ? FrontMatter : StepBlock, text);
  });
  expect(problems).toEqual([]);
  expect(examples("workflows.md").length).toBeGreaterThan(7);
});

test("every key that a file may have is on the page", () => {
  const keysOf = (value: unknown): string[] => {
    if (typeof value !== "object" || value === null) return [];
    const own =
      "properties" in value && typeof value.properties === "object" && value.properties !== null
        ? Object.keys(value.properties)
        : [];
    return [...own, ...Object.values(value).flatMap(keysOf)];
  };
  const missing = (name: string, schemas: readonly object[]): string[] => {
    const text = page(name);
    return [...new Set(schemas.flatMap(keysOf))].filter(
      (key) => !new RegExp(`\\b${key}\\b`, "u").test(text),
    );
  };
  expect(missing("configuration.md", [projectConfigSchema(), userConfigSchema()])).toEqual([]);
  expect(missing("workflows.md", [stepBlockSchema(), frontMatterSchema()])).toEqual([]);
});

test("the published editor schemas are the ones the parser uses", async () => {
  const schemas = {
    "config.schema.json": projectConfigSchema(),
    "user-config.schema.json": userConfigSchema(),
    "workflow-step.schema.json": stepBlockSchema(),
    "workflow-front-matter.schema.json": frontMatterSchema(),
  };
  for (const [name, schema] of Object.entries(schemas))
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(docs, "schema", name),
    );
});

test("the editor schema takes durations as text with a unit", () => {
  expect(projectConfigSchema()).toMatchObject({
    properties: {
      checks: {
        additionalProperties: {
          properties: { timeout: { type: "string", pattern: expect.any(String) } },
        },
      },
    },
  });
});
