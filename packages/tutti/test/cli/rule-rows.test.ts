import { expect, it } from "vitest";
import { ruleRows } from "../../src/cli/pages/rule-rows.ts";

it("rules are rows by the names of the file, without what is not set", () => {
  const rules = {
    turnMinutes: 30,
    checks: { test: { run: "npm test", timeout: 90_000 } },
    review: { whenUnavailable: "ask", models: null, off: undefined },
    permissions: [{ tool: "shell", answer: "deny" }],
    protected: ["a", "b"],
    none: [],
    isOn: false,
  };
  expect(ruleRows(rules)).toEqual([
    ["turnMinutes", "30"],
    ["checks.test.run", "npm test"],
    ["checks.test.timeout", "90s"],
    ["review.whenUnavailable", "ask"],
    ["permissions.1.tool", "shell"],
    ["permissions.1.answer", "deny"],
    ["protected", "a, b"],
    ["isOn", "false"],
  ]);
  expect(ruleRows(["a", "b"])).toEqual([["all", "a, b"]]);
});
