/**
 * The contract, each requirement with what decides it now. Only what Tutti ran counts: a test of the
 * vector, a command that is a configured check, or a proof that failed before the fix and passes after.
 */
import type {
  CheckResult,
  ChecksRun,
  Finding,
  Requirement,
  RequirementView,
  RunDocument,
  RunView,
} from "@tutti/protocol";
import { isNamedTest } from "../domain/test-name.ts";

type Decided = Pick<RequirementView, "state" | "by">;

export function contractView(document: RunDocument): RunView["contract"] {
  const data = document.artifacts["contract.yaml"]?.data;
  if (data?.kind !== "contract") return null;
  const present = presentChecks(document);
  const requirements = data.contract.requirements.map((requirement) => {
    return { ...requirement, ...decide(requirement, present, document.findings) };
  });
  return { requirements, non_goals: data.contract.non_goals };
}

/** The newest run on exactly the present candidate; nothing older says anything about it. */
function presentChecks({ checks, candidate }: RunDocument): readonly CheckResult[] {
  const isPresent = (run: ChecksRun): boolean =>
    run.on === "candidate" && run.commit === candidate?.commit;
  return checks.findLast((run) => isPresent(run))?.results ?? [];
}

function decide(
  requirement: Requirement,
  checks: readonly CheckResult[],
  findings: readonly Finding[],
): Decided {
  const about = findings.filter((finding) => finding.requirements.includes(requirement.id));
  const open = about.find((finding) => finding.verdict === "reproduced");
  if (open !== undefined) return { state: "failing", by: `${open.id} is reproduced` };
  const tested = decideByChecks(requirement, checks);
  const confirmed = about.find((finding) => finding.verdict === "confirmed");
  if (tested?.state === "failing" || confirmed === undefined) {
    return tested ?? { state: "unverified", by: null };
  }
  return { state: "proven", by: `${confirmed.id}: red before the fix, green after it` };
}

function decideByChecks({ check }: Requirement, checks: readonly CheckResult[]): Decided | null {
  if ("test" in check) return decideByTest(check.test, checks);
  if (!("command" in check)) return null;
  const result = checks.find(({ command }) => command.trim() === check.command.trim());
  if (result === undefined) return null;
  const state = result.outcome === "green" ? "tested" : "failing";
  return { state, by: `check ${result.name}: ${result.outcome}` };
}

/** The name may be that of a group: then all tests of it decide. */
function decideByTest(name: string, checks: readonly CheckResult[]): Decided | null {
  for (const result of checks) {
    const ran = result.tests.filter(
      (test) => test.outcome !== "skipped" && isNamedTest(test.name, name),
    );
    if (ran.length === 0) continue;
    const outcome = ran.some((test) => test.outcome === "failed") ? "failed" : "passed";
    const state = outcome === "passed" && result.outcome === "green" ? "tested" : "failing";
    return { state, by: `test "${name}" ${outcome} in check ${result.name}` };
  }
  return null;
}
