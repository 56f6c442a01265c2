/** Which checks a step runs, and what its last run says about a commit. */
import type {
  CheckResult,
  ChecksRun,
  ChecksStep,
  GuardFlag,
  Proof,
  ProofResult,
  RunDocument,
  Sha256,
  WorkflowStep,
} from "@tutti/protocol";
import { fewerTests } from "./guard.ts";
import { hashOf } from "./hash.ts";
import { effectsOf, isHandingOver, stepState } from "./steps.ts";

export const checkNames = (state: RunDocument, step: WorkflowStep): readonly string[] => {
  const all = Object.keys(state.policy.config.checks);
  return step.kind === "checks" && step.run.length > 0 ? step.run : all;
};

/** Proofs that the present candidate has to pass. One that was found on it has just failed there. */
export const suiteOf = (state: RunDocument): readonly Proof[] =>
  state.proofs.filter(({ id }) => {
    const finding = state.findings.find((candidate) => candidate.id === id);
    return finding?.evidence?.candidateCommit !== state.candidate?.commit;
  });

/** What a checks pass is compared by besides the tree: the commands and the proofs laid over it. */
export const checksDefinition = (state: RunDocument, step: WorkflowStep): Sha256 => {
  const names = checkNames(state, step);
  return hashOf({
    checks: names.map((name) => [name, state.policy.config.checks[name] ?? null]),
    recipe: state.policy.config.recipe,
    proofs: suiteOf(state).map((proof) => [proof.id, hashOf(proof.reproduction)]),
  });
};

/** What the step's own checks last said of the present candidate. */
export const candidateRun = (state: RunDocument, step: WorkflowStep): ChecksRun | null =>
  candidateRuns(state).findLast((run) => run.step === step.id) ?? null;

/** One a checks step. */
const candidateRuns = (state: RunDocument): readonly ChecksRun[] =>
  state.checks.filter((run) => run.on === "candidate" && run.commit === state.candidate?.commit);

export const baselineRun = (state: RunDocument): ChecksRun | null =>
  state.checks.findLast((run) => run.on === "base" && run.commit === state.base.commit) ?? null;

export const isBaselineUnderWay = (state: RunDocument): boolean =>
  Object.values(state.effects).some(
    ({ payload }) => payload.kind === "checks.run" && payload.on === "base",
  );

export const activeChecks = (state: RunDocument): readonly ChecksStep[] =>
  state.workflow.steps.filter(
    (step): step is ChecksStep =>
      step.kind === "checks" && stepState(state, step.id).status.kind === "active",
  );

export const proofHolds = (proof: ProofResult): boolean =>
  proof.runs.length > 0 && proof.runs.every((run) => run.outcome === "pass");

export const isGreen = (run: {
  results: readonly CheckResult[];
  proofs: readonly ProofResult[];
}): boolean =>
  run.results.length > 0 &&
  run.results.every((result) => result.outcome === "green") &&
  run.proofs.every((proof) => proofHolds(proof));

const OUTCOME_WORDS: Record<CheckResult["outcome"], string> = {
  green: "passed",
  red: "failed",
  "timed-out": "ran out of time",
  error: "could not run",
  empty: "executed nothing, which is not a pass",
};

export const describeCheck = (result: CheckResult): string => {
  const { passed, failed, skipped } = result.counts;
  const counts =
    result.report === "exit"
      ? ""
      : `: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  const flaky = result.flaky.length > 0 ? `; flaky: ${result.flaky.join(", ")}` : "";
  return `check ${result.name} ${OUTCOME_WORDS[result.outcome]}${counts}${flaky}`;
};

const describeRed = (result: CheckResult): string => {
  const failing = result.tests
    .filter((test) => test.outcome === "failed")
    .map((test) => `  not ok: ${test.name}`);
  return [
    `${describeCheck(result)} (\`${result.command}\`, exit ${result.exitCode ?? "none"})`,
    ...failing,
    "  last output:",
    result.tail,
  ].join("\n");
};

/** What a person or the author needs to know of a red run. */
export const redDetails = (run: {
  results: readonly CheckResult[];
  proofs: readonly ProofResult[];
}): string[] => [
  ...(run.results.length === 0
    ? [
        "No check is configured, so nothing decides whether this works. Add one under `checks:` in .tutti/config.yaml.",
      ]
    : []),
  ...run.results
    .filter((result) => result.outcome !== "green")
    .map((result) => describeRed(result)),
  ...run.proofs
    .filter((proof) => !proofHolds(proof))
    .map((proof) => `proof ${proof.proof} still fails:\n${proof.runs.at(-1)?.tail ?? ""}`),
];

/** Flags of the present candidate: what the diff touches, and whether fewer tests ran than on the base. */
export const guardFlags = (state: RunDocument): readonly GuardFlag[] => {
  const runs = candidateRuns(state);
  const results = runs.flatMap((run) => run.results);
  const names = new Set(results.map((result) => result.name));
  const before = (baselineRun(state)?.results ?? []).filter((result) => names.has(result.name));
  const flags = [...runs.flatMap((run) => run.guard), ...fewerTests(before, results)];
  return [...new Map(flags.map((flag) => [hashOf(flag), flag])).values()];
};

/** Bound to the candidate's tree: an edit after the answer asks again. */
export const guardSubject = (state: RunDocument): Sha256 =>
  hashOf({ tree: state.candidate?.tree ?? null, flags: guardFlags(state) });

/** Checks steps that wait for a person's word about the flags; none while their results still come in. */
export const waitForGuard = (state: RunDocument): readonly ChecksStep[] => {
  const steps = activeChecks(state);
  const isUnderWay = steps.some((step) => effectsOf(state, step.id).length > 0);
  // The flags are of a candidate that a person is changing just now.
  const isSettled = !isUnderWay && !isBaselineUnderWay(state) && !isHandingOver(state);
  return isSettled && guardIsOpen(state) ? steps : [];
};

export const guardIsOpen = (state: RunDocument): boolean => {
  const subject = guardSubject(state);
  return (
    guardFlags(state).length > 0 && !state.allowed.some((allowed) => allowed.subject === subject)
  );
};
