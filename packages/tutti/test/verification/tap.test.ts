import { describe, expect, test } from "vitest";
import { createTapReader } from "../../src/verification/tap.ts";

const read = (text: string) => {
  const reader = createTapReader();
  for (const line of text.split("\n")) reader.line(line);
  return reader.end();
};
const outcomes = (text: string) =>
  read(text)?.tests.map(({ name, outcome }) => `${outcome} ${name}`);

/** Printed by `node --test --test-reporter=tap` of Node 24, times and stacks shortened. */
const NODE = `TAP version 13
# hello \\# world
# Subtest: top
ok 1 - top
  ---
  duration_ms: 0.6
  type: 'test'
  ...
# Subtest: top
ok 2 - top
  ---
  duration_ms: 0.1
  type: 'test'
  ...
# Subtest: suite
    # Subtest: inner
    ok 1 - inner
      ---
      duration_ms: 0.2
      type: 'test'
      ...
    # Subtest: bad
    not ok 2 - bad
      ---
      duration_ms: 0.7
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:
        
        not ok 7 - is only text
        1 !== 2
      code: 'ERR_ASSERTION'
      ...
    # Subtest: skipped
    ok 3 - skipped # SKIP
      ---
      duration_ms: 0.1
      ...
    # Subtest: later
    ok 4 - later # TODO
      ---
      duration_ms: 0.1
      ...
    1..4
not ok 3 - suite
  ---
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
# took 5ms
# Subtest: hook fails
    # Subtest: x
    ok 1 - x
      ---
      duration_ms: 0.2
      ...
    1..1
not ok 4 - hook fails
  ---
  failureType: 'hookFailed'
  ...
# Subtest: todo failing
not ok 5 - todo failing # TODO
  ---
  duration_ms: 0.1
  ...
1..5
# tests 8
# suites 2
# pass 4
# fail 1
`;

/** Printed by tape 5. */
const TAPE = `TAP version 13
# first thing
ok 1 should be strictly equal
ok 2 should be strictly equal
# second thing
not ok 3 numbers
  ---
    operator: equal
    expected: 2
    actual:   1
    at: Test.<anonymous> (/tree/a.js:3:31)
    stack: |-
      Error: numbers
          at Test.assert [as _assert] (/tree/node_modules/tape/lib/test.js:548:48)
  ...
# third thing
ok 4 after
# TODO todo thing
not ok 5 should be strictly equal # TODO
  ---
    operator: equal
  ...
# nested
# inner
ok 6 should be truthy

1..6
# tests 6
# pass  5
# fail  1

`;

/** Printed by tap 21 for one file with nested tests. */
const NODE_TAP = `TAP version 14
# Subtest: parent
    ok 1 - one
    # Subtest: kid
        not ok 1 - bad
          ---
          compare: ===
          diff: |
            --- expected
            +++ actual
            @@ -1,1 +1,1 @@
            -2
            +1
          ...
        
        1..1
    not ok 2 - kid # time=16.724ms
      ---
      source: >
        import t from 'tap';
      
        --^
      ...
    
    1..2
not ok 1 - parent # time=22.333ms
  ---
  at:
    fileName: b.mjs
  ...

# Subtest: fine
    ok 1 - yes
    1..1
ok 2 - fine # time=0.453ms

1..2
# { total: 3, pass: 2, fail: 1 }
# time=42.428ms
`;

describe("TAP of real programs", () => {
  test("node's report gives its tests by path, without the lines that sum them up", () => {
    expect(outcomes(NODE)).toEqual([
      "passed top",
      "passed top #2",
      "passed suite > inner",
      "failed suite > bad",
      "skipped suite > skipped",
      "skipped suite > later",
      "passed hook fails > x",
      "failed hook fails",
      "skipped todo failing",
    ]);
    expect(read(NODE)?.problems).toEqual([]);
  });

  test("tape's assertions are named by the comment above them", () => {
    expect(outcomes(TAPE)).toEqual([
      "passed first thing > should be strictly equal",
      "passed first thing > should be strictly equal #2",
      "failed second thing > numbers",
      "passed third thing > after",
      "skipped TODO todo thing > should be strictly equal",
      "passed inner > should be truthy",
    ]);
    expect(read(TAPE)?.problems).toEqual([]);
  });

  test("tap's report gives nested tests by path", () => {
    expect(outcomes(NODE_TAP)).toEqual([
      "passed parent > one",
      "failed parent > kid > bad",
      "passed fine > yes",
    ]);
    expect(read(NODE_TAP)?.problems).toEqual([]);
  });

  test("buffered subtests are read, also with diagnostics before the brace", () => {
    const buffered = `TAP version 14
ok 1 - one {
    ok 1 - a
    1..1
}
not ok 2 - two # time=1ms
  ---
  at:
    fileName: b.mjs
  ...
{
    not ok 1 - b
    1..1
}
1..2`;
    expect(outcomes(buffered)).toEqual(["passed one > a", "failed two > b"]);
  });

  test("JSON printed below a test point is not taken for a subtest", () => {
    expect(outcomes('1..2\nok 1 - a\n{\n  "b": 1\n}\nok 2 - c')).toEqual(["passed a", "passed c"]);
  });

  test("an explanation below a failing line is not taken for the next test's title", () => {
    const bats =
      "1..3\nok 1 one\nnot ok 2 two\n# (in test file a.bats, line 5)\n#   `false' failed\nok 3 three";
    expect(outcomes(bats)).toEqual(["passed one", "failed two", "passed three"]);
  });

  test("reports that follow each other are read as one", () => {
    const two = "TAP version 13\nok 1 a\n1..1\nTAP version 13\nok 1 a\nnot ok 2 b\n1..2";
    expect(outcomes(two)).toEqual(["passed a", "passed a #2", "failed b"]);
    expect(read(two)?.problems).toEqual([]);
  });

  test("other output between the lines does not matter", () => {
    const noisy =
      "> pkg@1.0.0 test\n> node t.js\n\nTAP version 13\nhello\nok 1 - a\n  indented\n    okay then\n1..1\nbye";
    expect(outcomes(noisy)).toEqual(["passed a"]);
    expect(read(noisy)?.problems).toEqual([]);
  });
});

describe("a report that is no success", () => {
  test.each([
    [
      "ends before its plan is met",
      "TAP version 13\n1..3\nok 1 - a",
      "1 of 3 planned tests were reported",
    ],
    ["has no plan", "TAP version 13\nok 1 - a", "the report is cut off after 1 tests"],
    [
      "bails out",
      "TAP version 13\n1..3\nok 1 - a\nBail out! No database",
      "bailed out: No database",
    ],
    [
      "is cut off after a first, whole one",
      "TAP version 13\nok 1\n1..1\nTAP version 13\nok 1\n",
      "the report is cut off after 1 tests",
    ],
  ])("says so when it %s", (_, text, problem) => {
    expect(read(text)?.problems).toEqual([problem]);
  });

  test("a subtest with fewer tests than planned fails", () => {
    const short = "TAP version 13\n# Subtest: p\n    1..2\n    ok 1 - a\nok 1 - p\n1..1";
    expect(outcomes(short)).toEqual(["passed p > a", "failed p"]);
  });

  test("a failing child of a todo test does not fail", () => {
    const todo =
      "TAP version 13\n# Subtest: p\n    not ok 1 - a\n    1..1\nnot ok 1 - p # TODO\n1..1";
    expect(outcomes(todo)).toEqual(["skipped p > a"]);
  });
});

describe("what is not TAP", () => {
  test.each([
    ["nothing", ""],
    ["a plan alone", "1..5"],
    ["test points alone", "ok\nok then\nok 1 - a"],
    ["the output of go test", "ok  \texample.com/a\t0.01s\nok  \texample.com/b\t0.01s"],
    ["the output of node's spec reporter", "✔ a (1ms)\nℹ tests 1\nℹ pass 1"],
  ])("%s is no report", (_, text) => {
    expect(read(text)).toBeNull();
  });

  test("an empty report has no tests and no problem", () => {
    expect(read("TAP version 13\n1..0\n# tests 0")).toEqual({ tests: [], problems: [] });
    expect(read("TAP version 13")).toEqual({ tests: [], problems: [] });
  });
});

describe("hostile TAP", () => {
  test("a subtest with endless tests is a report that is too long, not an error", () => {
    const reader = createTapReader();
    reader.line("TAP version 13");
    reader.line("# Subtest: flood");
    for (let number = 1; number <= 150_000; number += 1) reader.line(`    ok ${number} - a`);
    reader.line("    1..150000");
    reader.line("ok 1 - flood");
    reader.line("1..1");
    expect(reader.end()?.problems).toContain("more than 100000 tests are reported");
  });

  test("very deep nesting is left out", () => {
    const deep = `TAP version 13\n${" ".repeat(16_000)}ok 1 - deep\nok 1 - a\n1..1`;
    expect(outcomes(deep)).toEqual(["passed a"]);
  });

  test("diagnostics that never end swallow nothing but themselves", () => {
    const open = "TAP version 13\nok 1 - a\n  ---\n  x: 1\nnot ok 2 - b\n1..2";
    expect(outcomes(open)).toEqual(["passed a", "failed b"]);
  });

  test("names are one line of bounded length", () => {
    const [first] = read(`1..1\nok 1 - a\tb\u0007 ${"x".repeat(5000)}`)?.tests ?? [];
    expect(first?.name).toMatch(/^a b x+$/u);
    expect(first?.name).toHaveLength(300);
  });
});
