import { describe, expect, test } from "vitest";
import { createSummaryReader, isVoid } from "../../src/verification/summary.ts";

const read = (text: string) => {
  const reader = createSummaryReader();
  for (const line of text.split("\n")) reader.line(line);
  return reader.end();
};

describe("what a runner's own summary says", () => {
  test.each([
    [
      "node",
      "✔ a (0.5ms)\nℹ tests 6\nℹ suites 1\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 1",
      [3, 1, 2],
    ],
    ["mocha", "  12 passing (1s)\n  2 pending\n  1 failing\n", [12, 1, 2]],
    [
      "jest",
      "Test Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 2 skipped, 12 passed, 15 total",
      [12, 1, 2],
    ],
    [
      "vitest",
      " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 12 passed | 1 todo (14)",
      [12, 1, 1],
    ],
    ["pytest", "=== 1 failed, 3 passed, 1 skipped, 2 warnings in 0.68s ===", [3, 1, 1]],
    ["quiet pytest", "1 failed, 3 passed, 1 skipped in 0.68s", [3, 1, 1]],
    [
      "cargo",
      "running 5 tests\ntest result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\nrunning 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored",
      [3, 1, 1],
    ],
    ["unittest", "Ran 5 tests in 0.001s\n\nOK", [5, 0, 0]],
    [
      "Maven",
      "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s\n[INFO] Results:\n[INFO] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1",
      [2, 2, 1],
    ],
    ["nothing known", "all good", [0, 0, 0]],
  ])("%s is counted", (_, text, [passed, failed, skipped]) => {
    expect(read(text)).toEqual({ counts: { passed, failed, skipped }, isEmpty: false });
  });

  test.each([
    [
      "npm's default script",
      '> a@1.0.0 test\n> echo "Error: no test specified" && exit 0\n\nError: no test specified',
    ],
    ["a script that does nothing", "> a@1.0.0 test\n> true\n"],
    ["jest", "No tests found, exiting with code 0"],
    ["vitest", "No test files found, exiting with code 0"],
    ["node", "ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0"],
    ["mocha", "\n  0 passing (1ms)\n"],
    ["pytest", "collected 0 items\n\n=== no tests ran in 0.01s ==="],
    ["unittest", "Ran 0 tests in 0.000s\n\nOK"],
    ["go", "?   \texample.com/a\t[no test files]"],
    [
      "go with a filter",
      "testing: warning: no tests to run\nPASS\nok  \texample.com/a\t0.002s [no tests to run]",
    ],
    ["cargo", "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured"],
    ["Maven", "[INFO] No tests to run."],
    ["a runner that skipped everything", "      Tests  3 skipped (3)"],
  ])("%s that executed nothing is empty", (_, text) => {
    expect(read(text).isEmpty).toBe(true);
  });

  test.each([
    [
      "go with one package without tests",
      "?   \texample.com/a\t[no test files]\nok  \texample.com/b\t0.01s",
    ],
    [
      "go with cached results",
      "?   \texample.com/a\t[no test files]\nok  \texample.com/b\t(cached)",
    ],
    [
      "cargo with documentation tests",
      "running 5 tests\ntest result: ok. 5 passed; 0 failed\nrunning 0 tests\ntest result: ok. 0 passed; 0 failed",
    ],
    ["a linter", "checked 12 files"],
    ["nothing", ""],
    ["one idle script of two", "> a@1.0.0 pretest\n> true\n\n> a@1.0.0 test\n> node test.js\n"],
  ])("%s is not empty", (_, text) => {
    expect(read(text).isEmpty).toBe(false);
  });

  test("a command that tests nothing is told by its words", () => {
    expect(["true", " : ", "exit 0", "echo ok", ""].every(isVoid)).toBe(true);
    expect(
      ["echo $(make)", "true && make test", "test -f a", "exit 1", "npm test"].some(isVoid),
    ).toBe(false);
  });
});
