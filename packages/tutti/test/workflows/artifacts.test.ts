import { readFileSync } from "node:fs";
import { Contract } from "@tutti/protocol";
import { expect, test } from "vitest";
import { readArtifact } from "../../src/workflows/artifacts.ts";
import { ARTIFACT_FORMS, describeArtifacts } from "../../src/workflows/output-contract.ts";

const contract = Contract.parse({
  requirements: [
    { id: "R1", must: true, text: "WHEN x THE y SHALL z", check: { test: "one" } },
    { id: "R2", must: false, text: "WHEN x THE y SHALL z", check: { manual: "look" } },
  ],
});
const problemOf = (name: string, text: string, given?: Contract): string => {
  const read = readArtifact(name, text, { contract: given });
  return read.kind === "invalid" ? read.problem : "";
};
const plan = (items: string): string => `items:\n${items}`;
const item = (id: string, rest = ""): string => `  - { id: ${id}, title: t${rest} }\n`;

const requirementWith = (check: string): string =>
  `requirements:\n  - { id: R1, must: true, text: t, check: ${check} }\n`;

const reproductionOf = (path: string): string =>
  `claim: c\nreproduction:\n  run: sh t.sh\n  files:\n    - path: ${JSON.stringify(path)}\n      content: x\n`;

const reportOf = (finding: object): string =>
  JSON.stringify({ findings: [{ kind: "bug", severity: "P1", claim: "c", ...finding }] });

test("the example of every form is valid, so an agent that follows it is not refused", () => {
  expect(Object.keys(ARTIFACT_FORMS)).toEqual([
    "contract.yaml",
    "plan.yaml",
    "reproduction.yaml",
    "findings.json",
  ]);
  for (const [name, form] of Object.entries(ARTIFACT_FORMS)) {
    expect({ name, kind: readArtifact(name, form.example).kind }).toEqual({ name, kind: "valid" });
    expect(describeArtifacts([name])).toContain(form.example);
  }
});

test("each typed artifact is read into its data, others are text", () => {
  const kinds = ["contract.yaml", "plan.yaml", "reproduction.yaml", "findings.json"].map((name) => {
    const read = readArtifact(name, ARTIFACT_FORMS[name]?.example ?? "");
    return read.kind === "valid" ? read.data.kind : read.problem;
  });
  expect(kinds).toEqual(["contract", "plan", "reproduction", "findings"]);
  expect(readArtifact("spec.md", "# Spec")).toEqual({ kind: "valid", data: { kind: "text" } });
});

test("an empty artifact is refused, whatever its name", () => {
  for (const name of ["spec.md", "plan.yaml", "findings.json"])
    expect(problemOf(name, " \n")).toBe(`${name} is empty. Write it.`);
});

test("a problem names the file, the line, what is wrong and the mend", () => {
  const text =
    "requirements:\n  - id: R1\n    must: yes please\n    text: t\n    check: { test: a }\n";
  expect(problemOf("contract.yaml", text)).toBe(
    'contract.yaml:3: error: `requirements[0].must` is `"yes please"`; it must be true or false. Write true or false, without quotes.',
  );
});

test("the check of a requirement has exactly one of its forms", () => {
  expect(problemOf("contract.yaml", requirementWith("{ tests: a }"))).toContain(
    "exactly one of the keys `test`, `command`, `property`, `manual`",
  );
  expect(problemOf("contract.yaml", requirementWith("{ test: a, command: b }"))).toContain(
    "exactly one of the keys",
  );
  expect(readArtifact("contract.yaml", requirementWith("{ property: a }")).kind).toBe("valid");
});

test("ids are there once", () => {
  const requirement = "  - { id: R1, must: true, text: t, check: { test: a } }\n";
  expect(problemOf("contract.yaml", `requirements:\n${requirement}${requirement}`)).toBe(
    "contract.yaml:3: error: `R1` is there twice. Give each its own id.",
  );
  expect(problemOf("plan.yaml", plan(item("P1") + item("P1")))).toContain(
    "plan.yaml:3: error: `P1` is there twice",
  );
});

test("a plan covers requirements that exist, and every one that is a must", () => {
  expect(problemOf("plan.yaml", plan(item("P1", ", covers: [R1, R9]")), contract)).toBe(
    "plan.yaml:2: error: `R9` is not a requirement of contract.yaml. It has `R1`, `R2`.",
  );
  expect(problemOf("plan.yaml", plan(item("P1", ", covers: [R2]")), contract)).toBe(
    "plan.yaml:1: error: No item covers `R1`. Cover every requirement that is a must.",
  );
  expect(readArtifact("plan.yaml", plan(item("P1", ", covers: [R1]")), { contract }).kind).toBe(
    "valid",
  );
  expect(readArtifact("plan.yaml", plan(item("P1", ", covers: [R9]"))).kind).toBe("valid");
});

test("items need items that exist, and not each other in a circle", () => {
  expect(problemOf("plan.yaml", plan(item("P1", ", needs: [P7]")))).toContain(
    "`P7` is not an item of this plan",
  );
  const circle = plan(item("P1", ", needs: [P2]") + item("P2", ", needs: [P1]"));
  expect(problemOf("plan.yaml", circle)).toContain(
    "The items need each other in a circle: P1 → P2 → P1",
  );
});

test("a reproduction writes only inside the repository, and neither git's files nor the rules of the run", () => {
  for (const path of [
    "/etc/x",
    "../x",
    "a/../../x",
    "a//b",
    ".git/hooks/x",
    "sub/.git/config",
    ".GIT/config",
    ".tutti/config.yaml",
    "a\\b",
    "./x",
  ])
    expect(problemOf("reproduction.yaml", reproductionOf(path))).toContain(
      `reproduction.yaml:5: error: \`${path}\``,
    );
  expect(readArtifact("reproduction.yaml", reproductionOf("test/a b.js")).kind).toBe("valid");
});

test("findings may be JSON with tabs and inside a code fence", () => {
  const json = JSON.stringify(
    { findings: [{ kind: "bug", severity: "P1", claim: "c" }] },
    null,
    "\t",
  );
  for (const text of [json, `\`\`\`json\n${json}\n\`\`\`\n`])
    expect(readArtifact("findings.json", text)).toMatchObject({
      kind: "valid",
      data: { kind: "findings", report: { findings: [{ requirements: [], locations: [] }] } },
    });
});

test("a finding names requirements of the contract, and its reproduction stays inside", () => {
  expect(problemOf("findings.json", reportOf({ requirements: ["R9"] }), contract)).toContain(
    "`R9` is not a requirement",
  );
  expect(
    problemOf(
      "findings.json",
      reportOf({ reproduction: { run: "x", files: [{ path: "../a", content: "" }] } }),
    ),
  ).toContain("is not a plain path");
  expect(problemOf("findings.json", reportOf({ severity: "high" }))).toContain(
    "must be one of `P0`, `P1`, `P2`, `P3`",
  );
});

test("at most five problems are named at once", () => {
  const lines = problemOf(
    "findings.json",
    JSON.stringify({ findings: Array.from({ length: 9 }, () => ({})) }),
  ).split("\n");
  expect(lines).toHaveLength(6);
  expect(lines[5]).toMatch(/^… and \d+ more problems\.$/u);
});

test("nonsense is refused without an exception", () => {
  const bytes = readFileSync(process.execPath).subarray(0, 4096).toString("latin1");
  for (const name of ["contract.yaml", "plan.yaml", "reproduction.yaml", "findings.json"]) {
    for (const text of [
      "null",
      "[]",
      "42",
      "{",
      "a: &a [*a]",
      "[".repeat(5000),
      bytes,
      "I am done.",
    ])
      expect({ text, kind: readArtifact(name, text).kind }).toEqual({ text, kind: "invalid" });
  }
});

test("a document that multiplies itself by aliases is refused", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level += 1)
    lines.push(
      `a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(", ")}]`,
    );
  expect(problemOf("plan.yaml", lines.join("\n"))).toContain("uses aliases too often");
});
