/** The default sample is what the demo says it is: played with its real tests. */
import { Contract, FindingReport, Plan } from "@tutti/protocol";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { BILL } from "../../src/demo/samples/bill.ts";
import { authorScript, reviewerScript } from "../../src/demo/scripts.ts";
import { parseScript } from "../../src/agents/scripted/parse.ts";
import { play } from "./play.ts";

const { signal } = new AbortController();
const sample = await BILL.load({
  folders: { data: tmpdir() },
  env: {},
  note: () => undefined,
  signal,
});

it("ships green tests that do not see the defect", () => {
  using stage = play(sample);
  const { code, stdout } = stage.check();
  expect([code, stdout]).toEqual([0, expect.stringContaining("# pass 3")]);
});

it("keeps its tests green under the first attempt, own tests included, and breaks what held before", () => {
  using before = play(sample);
  expect(before.reproduce().code).toBe(0);
  using stage = play(sample);
  stage.lay(sample.first.files);
  expect(stage.check()).toMatchObject({ code: 0, stdout: expect.stringContaining("# pass 5") });
  const { code, stdout } = stage.reproduce();
  expect([code, stdout]).toEqual([1, expect.stringContaining("they pay 13 13 13 13 13 13 13 9")]);
});

it("meets every requirement in the end, the reproduction included", () => {
  using stage = play(sample);
  stage.lay(sample.final.files);
  const { code, stdout } = stage.check();
  expect(code).toBe(0);
  for (const { check } of sample.contract.requirements)
    expect(stdout).toContain("test" in check ? `- ${check.test}` : "");
  expect(stage.reproduce().code).toBe(0);
});

it("finds the final tests red on the first attempt", () => {
  using stage = play(sample);
  stage.lay({
    "src/split.js": sample.first.files["src/split.js"] ?? "",
    "test/split.test.js": sample.final.files["test/split.test.js"] ?? "",
  });
  expect(stage.check().code).toBe(1);
});

it("gives both agents valid scripts and valid artifacts", () => {
  Contract.parse(sample.contract);
  Plan.parse(sample.plan);
  FindingReport.parse(sample.claim);
  for (const script of [authorScript(sample), reviewerScript(sample)])
    expect(parseScript(JSON.stringify(script))).toEqual(script);
});
