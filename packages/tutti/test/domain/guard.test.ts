import type { CheckResult } from "@tutti/protocol";
import { Sha256 } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { fewerTests } from "../../src/domain/guard.ts";

const result = (name: string, passed: number, rest: Partial<CheckResult> = {}): CheckResult => ({
  name,
  command: "npm test",
  outcome: "green",
  exitCode: 0,
  durationMs: 1,
  report: "tap",
  counts: { passed, failed: 0, skipped: 0 },
  tests: [],
  vector: Sha256.parse("0".repeat(64)),
  flaky: [],
  tail: "",
  log: null,
  ...rest,
});

describe("the number of executed tests", () => {
  test("as many tests as on the base, or more, raise no flag", () => {
    expect(fewerTests([result("test", 5)], [result("test", 5)])).toEqual([]);
    expect(fewerTests([result("test", 5)], [result("test", 9)])).toEqual([]);
  });

  test("fewer tests than on the base raise a flag that says how many", () => {
    expect(fewerTests([result("test", 5)], [result("test", 4)])).toEqual([
      {
        kind: "tests-fewer",
        path: "test",
        detail: "The check test executed 4 tests, and 5 on the base.",
      },
    ]);
  });

  test("a skipped test does not count as executed", () => {
    const now = result("test", 4, { counts: { passed: 4, failed: 0, skipped: 1 } });
    expect(fewerTests([result("test", 5)], [now])).toHaveLength(1);
  });

  test("a failing test counts as executed", () => {
    const now = result("test", 4, { outcome: "red", counts: { passed: 4, failed: 1, skipped: 0 } });
    expect(fewerTests([result("test", 5)], [now])).toEqual([]);
  });

  test("a check that is gone raises a flag, one that could not run does not", () => {
    expect(fewerTests([result("test", 5)], [])).toHaveLength(1);
    expect(fewerTests([result("test", 5)], [result("test", 0, { outcome: "error" })])).toEqual([]);
  });

  test("a check whose tests cannot be counted raises no flag", () => {
    expect(fewerTests([result("lint", 0, { report: "exit" })], [])).toEqual([]);
  });
});
