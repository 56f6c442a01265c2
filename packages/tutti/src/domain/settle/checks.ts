/** Facts of checks, on the base, the candidate, a step's gate or the landing; and the gate that follows. */
import type {
  ChecksStep,
  EffectResult,
  Evidence,
  Finding,
  ProofResult,
  StepKey,
} from "@tutti/protocol";
import { failGate } from "../back-edge.ts";
import {
  activeChecks,
  baselineRun,
  candidateRun,
  describeCheck,
  guardIsOpen,
  isBaselineUnderWay,
  isGreen,
  proofHolds,
  redDetails,
} from "../checks.ts";
import { type Draft, emit, endAttempt, fail, pass } from "../draft.ts";
import { effectsOf, keyOf, stepByKey, stepState } from "../steps.ts";
import { ruleFinding } from "../rule.ts";
import { requestBaseline, UNCHECKED } from "../start.ts";
import { failureFacts, failureOf, failureReason } from "./failure.ts";
import { applyLanding, presentTip } from "./merge.ts";
import { retryOrFail } from "./turn.ts";
import type { Settled } from "./settled.ts";

type Ran = Extract<EffectResult, { kind: "checks.ran" }>;
type Outcome = { readonly result: EffectResult; readonly ran: Ran | null };

/** The fixed column: a proof that passes on a later candidate confirms its finding; one that fails keeps it open. */
const ruleFixed = (draft: Draft, proofs: readonly ProofResult[]): void => {
  for (const proof of proofs) {
    const finding = draft.state.findings.find((candidate) => candidate.id === proof.proof);
    if (
      finding?.evidence === null ||
      finding === undefined ||
      finding.evidence.candidateCommit === proof.commit
    )
      continue;
    const evidence: Evidence = {
      ...finding.evidence,
      fixed: proof.runs,
      fixedCommit: proof.commit,
    };
    const ruled = ruleFinding(draft.state, finding, evidence);
    // A proof that held once stays a proof: only these two verdicts follow from the fixed column.
    const verdict: Finding["verdict"] = ruled.verdict === "confirmed" ? "confirmed" : "reproduced";
    emit(draft, {
      type: "finding.ruled",
      finding: finding.id,
      verdict,
      evidence,
      reason: ruled.reason,
      proof: null,
    });
  }
};

/** What was asked for and is not among the results; a result of less is no result. */
const missingOf = (payload: Settled<"checks.run">["payload"], ran: Ran): readonly string[] => [
  ...(ran.commit === payload.commit ? [] : [`commit ${payload.commit}`]),
  ...payload.checks.filter((name) => !ran.results.some((result) => result.name === name)),
  ...payload.proofs
    .map(({ id }) => id)
    .filter((id) => !ran.proofs.some(({ proof }) => proof === id)),
];

const wholeOf = ({ payload, result }: Settled<"checks.run">): Outcome => {
  if (result.kind !== "checks.ran") return { result, ran: null };
  const missing = missingOf(payload, result);
  if (missing.length === 0) return { result, ran: result };
  const message = `the run says nothing of ${missing.join(", ")}`;
  const failure = { code: "internal", message, retry: "later" } as const;
  return { result: { kind: "failed", failure }, ran: null };
};

export const settleChecks = (draft: Draft, settled: Settled<"checks.run">): void => {
  const { payload } = settled;
  const { result, ran } = wholeOf(settled);
  if (ran !== null)
    emit(draft, {
      type: "checks.ran",
      step: payload.step,
      on: payload.on,
      commit: ran.commit,
      results: ran.results,
      proofs: ran.proofs,
      guard: ran.guard,
    });
  switch (payload.on) {
    case "base":
      return settleBaseline(draft, { result, ran });
    case "gate":
      return settleGate(draft, payload.step, { result, ran });
    case "landing":
      return settleLandingChecks(draft, payload.step, { result, ran });
    case "candidate":
      if (ran === null) return fail(draft, payload.step, failureReason(result));
      ruleFixed(draft, ran.proofs);
      return concludeIfActive(draft, payload.step);
    default:
      return undefined;
  }
};

/** Without the counts of the base nobody knows whether tests are gone, so no check passes. */
const settleBaseline = (draft: Draft, { result, ran }: Outcome): void => {
  for (const { id } of activeChecks(draft.state)) {
    if (ran === null) fail(draft, keyOf(id), failureReason(result));
    else concludeIfActive(draft, keyOf(id));
  }
};

const settleGate = (draft: Draft, key: StepKey, { result, ran }: Outcome): void => {
  if (ran === null) {
    const failure = failureOf(result);
    // The turn is done and paid for: only its checks are tried again.
    const end = { outcome: UNCHECKED, facts: failureFacts(failure) };
    endAttempt(draft, key, end);
    return retryOrFail(draft, key, { ...end, failure });
  }
  if (isGreen(ran))
    return pass(draft, key, {
      outputs: { candidate: ran.commit },
      evidence: ran.results.map((check) => describeCheck(check)),
    });
  return retryOrFail(draft, key, {
    outcome: "gate red",
    facts: { summary: "the step's own checks are red", details: redDetails(ran) },
    failure: null,
  });
};

const tipOf = ({ state }: Draft): string[] => {
  const tip = state.landing?.tip ?? null;
  return tip === null ? [] : [presentTip(state, tip)];
};

const settleLandingChecks = (draft: Draft, key: StepKey, { result, ran }: Outcome): void => {
  if (ran === null) return fail(draft, key, failureReason(result));
  if (
    !ran.results.every((check) => check.outcome === "green") ||
    !ran.proofs.every((proof) => proofHolds(proof))
  )
    return fail(draft, key, {
      summary: "the checks are red on the merged tree",
      details: [...tipOf(draft), ...redDetails(ran)],
    });
  return applyLanding(draft, key);
};

const concludeIfActive = (draft: Draft, key: StepKey): void => {
  const step = stepByKey(draft.state, key);
  if (step.kind === "checks" && stepState(draft.state, key).status.kind === "active")
    concludeChecks(draft, step);
};

/** Both columns are there: red goes back to the author; flags of the guard wait for a person; else the step passes. */
export const concludeChecks = (draft: Draft, step: ChecksStep): void => {
  const key = keyOf(step.id);
  if (effectsOf(draft.state, key).length > 0 || isBaselineUnderWay(draft.state)) return;
  const ran = candidateRun(draft.state, step);
  if (ran === null) return;
  // A person may have waived a finding while its proof ran.
  const isInSuite = ({ proof }: ProofResult) => draft.state.proofs.some(({ id }) => id === proof);
  const run = { ...ran, proofs: ran.proofs.filter((proof) => isInSuite(proof)) };
  if (!isGreen(run))
    return failGate(draft, step, { summary: "checks are red", details: redDetails(run) });
  if (baselineRun(draft.state) === null) return requestBaseline(draft);
  if (guardIsOpen(draft.state)) return;
  const proofs = run.proofs.map(
    (proof) => `proof ${proof.proof} passed ${proof.runs.length} times`,
  );
  pass(draft, key, {
    outputs: Object.fromEntries(run.results.map((check) => [check.name, check.vector])),
    evidence: [...run.results.map((check) => describeCheck(check)), ...proofs],
  });
};
