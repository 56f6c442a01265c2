/**
 * A check on one tree: run once, and where it is red twice more. A test that fails and also passes
 * on the same tree is *flaky*: it is named, and it does not make the check red. A failure that no
 * test names is flaky only when the check as a whole was green once.
 */
import type { CheckResult, TestResult } from "@tutti/protocol";
import type { CheckOptions } from "../engine/ports/verification.ts";
import { runOnce, type CheckRun, type NamedCheck } from "./check-run.ts";
import type { Executor } from "./execute.ts";
import { countTests, digest, keep, MAX_TESTS_KEPT } from "./vector.ts";

/** Further runs of a red check on the same tree. */
const FLAKE_RERUNS = 2;

export async function runCheck(
  executor: Executor,
  check: NamedCheck,
  options: CheckOptions,
): Promise<CheckResult> {
  const first = await runOnce(executor, check, options);
  if (first.outcome !== "red") return toResult(check, [first], first);
  const runs = [first];
  for (let rerun = 0; rerun < FLAKE_RERUNS; rerun += 1) {
    runs.push(await runOnce(executor, check, options));
  }
  return toResult(check, runs, first);
}

function toResult(check: NamedCheck, runs: readonly CheckRun[], first: CheckRun): CheckResult {
  const flakes = findFlakes(runs);
  const isRed = first.outcome === "red" && flakes.remaining.length > 0;
  const outcome = first.outcome === "red" && !isRed ? "green" : first.outcome;
  const tests = first.tests.map((test) =>
    flakes.tests.has(test.name) ? { ...test, outcome: "passed" as const } : test,
  );
  const problems = (isRed ? flakes.problems : []).map((name): TestResult => asTest(name));
  const hasReport = first.report !== "exit";
  return {
    name: check.name,
    command: check.run,
    outcome,
    exitCode: first.execution.code,
    durationMs: runs.reduce((sum, { execution }) => sum + execution.durationMs, 0),
    report: first.report,
    counts: hasReport ? countTests(tests) : first.counts,
    tests: keep([...problems, ...tests]),
    vector: digest(
      hasReport
        ? [...tests, ...problems]
        : [{ name: check.name, outcome: outcome === "green" ? "passed" : "failed" }],
    ),
    flaky: [...flakes.tests, ...(flakes.isCheckFlaky ? [check.name] : [])].slice(0, MAX_TESTS_KEPT),
    tail: first.execution.tail,
    log: first.execution.log,
  };
}

/** Stands beside the tests, in brackets, so that people and the next prompt see it. */
const asTest = (problem: string): TestResult => ({ name: `(${problem})`, outcome: "failed" });

type Flakes = {
  readonly tests: ReadonlySet<string>;
  /** Failures without a test came and went. */
  readonly isCheckFlaky: boolean;
  /** What stays failed: names of tests, and problems. */
  readonly remaining: readonly string[];
  readonly problems: readonly string[];
};

function findFlakes(runs: readonly CheckRun[]): Flakes {
  const failed = new Set<string>();
  const passed = new Set<string>();
  for (const { name, outcome } of runs.flatMap((run) => run.tests)) {
    if (outcome === "failed") failed.add(name);
    if (outcome === "passed") passed.add(name);
  }
  const problems = [...new Set(runs.flatMap((run) => run.problems))];
  const wasGreen = runs.some((run) => run.outcome === "green");
  const stayed = [...failed].filter((name) => !passed.has(name));
  return {
    tests: new Set([...failed].filter((name) => passed.has(name))),
    isCheckFlaky: problems.length > 0 && wasGreen,
    remaining: wasGreen ? stayed : [...stayed, ...problems],
    problems: wasGreen ? [] : problems,
  };
}
