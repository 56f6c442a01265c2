import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { matches, matchesText } from "../../src/domain/glob.ts";

/** The same by definition: what each part takes, tried one after the other. Slow, and plainly right. */
const holds = (glob: string, path: string): boolean => {
  if (glob === "") return path === "";
  const rests = Array.from({ length: path.length + 1 }, (_none, index) => path.slice(index));
  if (glob.startsWith("**/")) {
    const folders = rests.filter((rest) => rest.startsWith("/")).map((rest) => rest.slice(1));
    return [path, ...folders].some((rest) => holds(glob.slice(3), rest));
  }
  if (glob.startsWith("**")) return rests.some((rest) => holds(glob.slice(2), rest));
  const isTaken =
    glob.startsWith("*") || glob.startsWith("?")
      ? /^[^/]/u.test(path)
      : path !== "" && glob[0] === path[0];
  if (glob.startsWith("*"))
    return holds(glob.slice(1), path) || (isTaken && holds(glob, path.slice(1)));
  return isTaken && holds(glob.slice(1), path.slice(1));
};

const letter = fc.constantFrom("a", "b", "/", "/");
const path = fc.string({ unit: letter, maxLength: 8 });
const glob = fc
  .array(fc.oneof(letter, fc.constantFrom("*", "**", "**/", "?")), { maxLength: 6 })
  .map((parts) => parts.join(""));

test("a glob takes the paths that its parts take one after the other", () => {
  fc.assert(
    fc.property(glob, path, (one, other) => {
      expect(matches(one, other)).toBe(holds(one, other));
    }),
    { numRuns: 5_000 },
  );
});

describe("a glob over paths", () => {
  it.each([
    ["**/package.json", "package.json", true],
    ["**/package.json", "a/b/package.json", true],
    ["**/package.json", "a/xpackage.json", false],
    [".tutti/**", ".tutti/a/b.yaml", true],
    [".tutti/**", ".tutti", false],
    ["src/*.ts", "src/a/b.ts", false],
    ["a.c", "abc", false],
    ["(a+)+$", "(a+)+$", true],
    ["?", "\u{1F3BC}", true],
    ["**", "with\nline\u2028feeds", true],
  ])("%j of %j: %j", (one, other, isTaken) => {
    expect(matches(one, other)).toBe(isTaken);
  });
});

const HARD = [
  `${"*a".repeat(60)}b`,
  `${"**/".repeat(60)}b`,
  `${"**a".repeat(60)}b`,
  `${"*".repeat(400)}b`,
];

test.each(HARD)("a glob made to cost time costs little (%#)", (one) => {
  const long = "a".repeat(4_000);
  expect(matches(one, long)).toBe(false);
  expect(matches(one, "a/".repeat(2_000))).toBe(false);
  expect(matchesText(one, long)).toBe(false);
});
