/** The vector of a check: one line per test, in an order that does not depend on the run. */
import { createHash } from "node:crypto";
import { Sha256, type TestResult } from "@tutti/protocol";

export const MAX_TESTS_KEPT = 200;
const NAME_MAX_CHARS = 300;

/** One line, of bounded length, without control characters. */
export function testName(parts: readonly string[]): string {
  const name = parts
    .map((part) => part.replaceAll(/[\p{Cc}\s]+/gu, " ").trim())
    .filter((part) => part !== "")
    .join(" > ");
  return (name === "" ? "(unnamed)" : name).slice(0, NAME_MAX_CHARS);
}

/** Numbers the second and later tests of one name, in the order of the report. */
export function numbered(tests: readonly TestResult[]): TestResult[] {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  return tests.map((test) => {
    let count = (counts.get(test.name) ?? 0) + 1;
    let name = count === 1 ? test.name : `${test.name} #${count}`;
    // A test may really be called `a #2`.
    for (; taken.has(name); name = `${test.name} #${count}`) count += 1;
    counts.set(test.name, count);
    taken.add(name);
    return name === test.name ? test : { ...test, name };
  });
}

export function countTests(tests: readonly TestResult[]) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of tests) counts[outcome] += 1;
  return counts;
}

export function digest(tests: readonly TestResult[]): Sha256 {
  const lines = tests.map(({ name, outcome }) => `${name} ${outcome}\n`).toSorted();
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line);
  return Sha256.parse(hash.digest("hex"));
}

const RANK = { failed: 0, passed: 1, skipped: 2 } as const;

/** Failing ones first, then in the order of the report. */
export function keep(tests: readonly TestResult[]): TestResult[] {
  return tests
    .toSorted((one, other) => RANK[one.outcome] - RANK[other.outcome])
    .slice(0, MAX_TESTS_KEPT);
}
