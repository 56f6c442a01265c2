import { posix } from "node:path";
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { readPackageJson } from "../../src/verification/guard/package-json.ts";
import { parsePatch } from "../../src/verification/guard/patch.ts";
import { readTestLines } from "../../src/verification/guard/test-lines.ts";
import { readJunit } from "../../src/verification/junit.ts";
import { pathProblem } from "../../src/verification/inside.ts";
import { isSetUpFailure } from "../../src/verification/set-up-failure.ts";
import { createSummaryReader } from "../../src/verification/summary.ts";
import { createTapReader } from "../../src/verification/tap.ts";
import { digest } from "../../src/verification/vector.ts";

/** Lines made of the words that a grammar knows, and of anything else. */
const soup = (words: readonly string[]) =>
  array(
    array(oneof(constantFrom(...words), string({ unit: "binary", maxLength: 8 })), {
      maxLength: 6,
    }).map((parts) => parts.join("")),
    { maxLength: 40 },
  ).map((lines) => lines.join("\n"));

const TAP = [
  "TAP version 13",
  "1..2",
  "1..0",
  "ok",
  "not ok",
  " 1",
  " - a",
  " - a #2",
  " # SKIP",
  " # TODO",
  "    ",
  "  ---",
  "  ...",
  "# Subtest: a",
  "# a",
  " {",
  "{",
  "}",
  "Bail out!",
  "pragma +strict",
  "\\",
];
const XML = [
  "<testsuites>",
  "</testsuites>",
  "<testsuite",
  ' name="a"',
  ">",
  "/>",
  "<testcase",
  "<failure>",
  "</failure>",
  "<skipped/>",
  "</testsuite>",
  "<![CDATA[",
  "]]>",
  "&amp;",
  "&e;",
  "<!DOCTYPE t [",
  "<!ENTITY e 'x'>",
  "__proto__",
  "constructor",
];
const PATCH = [
  "diff --git a/x b/x",
  "diff --git ",
  '"a\\303\\274"',
  "--- a/x",
  "+++ b/x",
  "/dev/null",
  "@@ -1,3 +1,2 @@",
  "@@ -0,0 +1 @@",
  "rename to y",
  "+",
  "-",
  " ",
  "\\ No newline",
  '"scripts": {',
  '"test": "true",',
  "}",
  "it.skip(",
];
const numRuns = 2000;

describe("whatever a program prints", () => {
  test("TAP is read without an error, and its digest does not depend on the order", () => {
    assert(
      property(soup(TAP), (text) => {
        const reader = createTapReader();
        for (const line of text.split("\n")) reader.line(line);
        const { tests } = reader.end() ?? { tests: [] };
        expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
        expect(digest(tests.toReversed())).toBe(digest(tests));
      }),
      { numRuns },
    );
  });

  test("JUnit is read without an error", () => {
    assert(
      property(soup(XML), (text) => {
        const { tests, problems } = readJunit([text]);
        expect(tests.every(({ name }) => typeof name === "string")).toBe(true);
        expect(problems.every((problem) => typeof problem === "string")).toBe(true);
      }),
      { numRuns },
    );
  });

  test("summaries and failures are read without an error", () => {
    assert(
      property(
        soup(["ℹ pass 3", "Tests: 1 passed", "Ran 0 tests", "> true", "SyntaxError", "12"]),
        (text) => {
          const reader = createSummaryReader();
          for (const line of text.split("\n")) reader.line(line);
          const { counts } = reader.end();
          expect(Object.values(counts).every((count) => count >= 0)).toBe(true);
          expect(typeof isSetUpFailure(text)).toBe("boolean");
        },
      ),
      { numRuns },
    );
  });

  test("patches are read without an error", () => {
    assert(
      property(soup(PATCH), (text) => {
        for (const file of parsePatch(text)) {
          expect(file.path).not.toBe("");
          readPackageJson(file);
          readTestLines(file, "changed");
        }
      }),
      { numRuns },
    );
  });

  test("no path that is let through leaves the tree or enters .git", () => {
    const parts = oneof(
      constantFrom("..", ".", "", ".git", ".GIT", "a", "b.txt", "/", "\\"),
      string(),
    );
    assert(
      property(array(parts, { minLength: 1, maxLength: 5 }), (names) => {
        const path = names.join("/");
        const resolved = posix.resolve("/tree", path);
        const isInside = resolved.startsWith("/tree/") && !/\/\.git(?:\/|$)/iu.test(resolved);
        return pathProblem(path) !== null || isInside;
      }),
      { numRuns },
    );
  });
});
