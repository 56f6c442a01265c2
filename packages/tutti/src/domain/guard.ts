/** What the counts of executed tests say about a candidate that edited its tests. */
import type { CheckResult, GuardFlag } from "@tutti/protocol";

/**
 * Flags every check that executed fewer tests on the candidate than on the base. A test that is
 * skipped was not executed. A check that could not run is not a matter for the guard: it is not green.
 */
export function fewerTests(
  base: readonly CheckResult[],
  candidate: readonly CheckResult[],
): GuardFlag[] {
  const after = new Map(candidate.map((result) => [result.name, result]));
  return base.flatMap((before) => {
    const now = after.get(before.name);
    const expected = executed(before);
    if (expected === 0 || now?.outcome === "error" || now?.outcome === "timed-out") return [];
    const found = now === undefined ? 0 : executed(now);
    if (found >= expected) return [];
    const detail = `The check ${before.name} executed ${found} tests, and ${expected} on the base.`;
    return [{ kind: "tests-fewer", path: before.name, detail }];
  });
}

const executed = ({ counts }: CheckResult): number => counts.passed + counts.failed;
