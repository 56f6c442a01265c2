/** A reviewer's answer, and the evidence that settles its findings. */
import { type EffectResult, type Finding, FindingId, type FindingReport } from "@tutti/protocol";
import { concludeReview } from "../conclude-review.ts";
import {
  cancelEffects,
  continueAttempt,
  type Draft,
  emit,
  endAttempt,
  fail,
  pass,
  request,
} from "../draft.ts";
import { hashOf } from "../hash.ts";
import { invariant } from "../invariant.ts";
import { REVIEWER_TRIES_MAX } from "../limits.ts";
import { raiserOf } from "../lineage.ts";
import { ruleFinding } from "../rule.ts";
import { effectsOf, stepByKey, stepState } from "../steps.ts";
import { failureFacts, failureOf } from "./failure.ts";
import { PROOF_REPEATS } from "../verdict.ts";
import { settleRerun } from "./rerun.ts";
import type { Settled } from "./settled.ts";
import { outputsOf, retryOrFail } from "./turn.ts";

type Reviewer = Settled<"review.turn">["payload"];

const cutOf = (payload: Reviewer): number => payload.cut ?? 0;

/** Nothing new starts while the run is paused: the review begins again when it goes on. */
const askAfterPause = (draft: Draft, { step: key }: Reviewer, outcome: string): void => {
  endAttempt(draft, key, { outcome });
  cancelEffects(draft, effectsOf(draft.state, key), "the run is paused");
  const facts = { summary: "the review was cut off while the run was paused", details: [] };
  const { rounds } = stepState(draft.state, key);
  emit(draft, { type: "step.reopened", step: key, because: key, facts, round: rounds });
};

/** Cut off by a restart: a new attempt of the step, one for all reviewers that were cut off with this one. */
const goOn = (draft: Draft, payload: Reviewer): void => {
  if (draft.state.paused !== null) return askAfterPause(draft, payload, "interrupted");
  const cut = cutOf(payload) + 1;
  const isBegun = effectsOf(draft.state, payload.step).some(
    (effect) => effect.payload.kind === "review.turn" && cutOf(effect.payload) >= cut,
  );
  if (!isBegun) continueAttempt(draft, payload.step);
  request(draft, { ...payload, attempt: payload.attempt + 1, cut });
};

/** A reviewer that could not answer is tried once more, then a person is asked: unavailable is not a verdict. */
const unavailable = (draft: Draft, payload: Reviewer, result: EffectResult): void => {
  if (result.kind === "interrupted") return goOn(draft, payload);
  const failure = failureOf(result);
  const tries = payload.attempt - cutOf(payload);
  if (failure.retry !== "never" && tries < REVIEWER_TRIES_MAX) {
    if (draft.state.paused !== null) return askAfterPause(draft, payload, failure.code);
    request(draft, { ...payload, attempt: payload.attempt + 1 });
    return;
  }
  fail(draft, payload.step, {
    summary: `reviewer ${payload.agent} is unavailable`,
    details: failureFacts(failure).details.concat(failure.message),
    failure,
  });
};

const raise = (draft: Draft, payload: Reviewer, report: FindingReport): void => {
  const finding: Finding = {
    ...report,
    id: FindingId.parse(`F${draft.state.findings.length + 1}`),
    step: payload.step,
    raisedBy: raiserOf(draft.state, { step: payload.step, agent: payload.agent }),
    raisedOn: payload.candidate.commit,
    verdict: null,
    evidence: null,
    proof: null,
    disposition: { kind: "open" },
  };
  emit(draft, { type: "finding.raised", finding });
  if (report.reproduction === undefined) {
    emit(draft, {
      type: "finding.ruled",
      finding: finding.id,
      verdict: "unproven",
      evidence: null,
      reason: "it came without a reproduction, so it is advice",
      proof: null,
    });
    return;
  }
  request(draft, {
    kind: "evidence.run",
    step: payload.step,
    subject: finding.id,
    reproduction: report.reproduction,
    base: payload.base,
    candidate: payload.candidate.commit,
  });
};

const invalidAnswer = (problems: readonly string[]): EffectResult => ({
  kind: "failed",
  failure: { code: "artifact.invalid", message: problems.join("; "), retry: "new-attempt" },
});

export const settleReviewer = (draft: Draft, { payload, result }: Settled<"review.turn">): void => {
  if (result.kind !== "turn.ended") return unavailable(draft, payload, result);
  if (result.problems.length > 0 || result.findings === null)
    return unavailable(draft, payload, invalidAnswer(result.problems));
  for (const report of result.findings) raise(draft, payload, report);
  const step = stepByKey(draft.state, payload.step);
  invariant(step.kind === "review", "reviewers answer to a review");
  return concludeReview(draft, step);
};

/** The reproduction that an investigation produced: it must fail on the base, every time. */
const settleInvestigation = (draft: Draft, { payload, result }: Settled<"evidence.run">): void => {
  const step = stepByKey(draft.state, payload.step);
  invariant(step.kind === "agent", "an investigation is an agent step");
  if (result.kind !== "evidence.ran") {
    const failure = failureOf(result);
    return retryOrFail(draft, payload.step, {
      outcome: failure.code,
      facts: failureFacts(failure),
      failure,
    });
  }
  const { base } = result;
  const isReproduced =
    base.runs.length >= PROOF_REPEATS && base.runs.every((run) => run.outcome === "fail");
  if (!isReproduced) {
    const outcomes = base.runs.map((run) => run.outcome).join(", ");
    const facts = {
      summary: "the reproduction does not fail on the base",
      details: [`outcomes on the base commit: ${outcomes}`, base.runs.at(-1)?.tail ?? ""],
    };
    return retryOrFail(draft, payload.step, { outcome: "not reproduced", facts, failure: null });
  }
  const data = draft.state.artifacts[payload.subject]?.data;
  const claim = data?.kind === "reproduction" ? data.claim : "the defect of the task";
  const agent = draft.state.artifacts[payload.subject]?.by ?? "unknown";
  const finding: Finding = {
    kind: "bug",
    severity: "P1",
    claim,
    requirements: [],
    locations: [],
    reproduction: payload.reproduction,
    id: FindingId.parse(`F${draft.state.findings.length + 1}`),
    step: payload.step,
    raisedBy: raiserOf(draft.state, { step: payload.step, agent }),
    raisedOn: payload.base,
    verdict: "reproduced",
    evidence: {
      base: base.runs,
      candidate: base.runs,
      candidateCommit: payload.base,
      fixed: [],
      fixedCommit: null,
    },
    proof: result.proof,
    disposition: { kind: "open" },
  };
  emit(draft, { type: "finding.raised", finding });
  return pass(draft, payload.step, {
    outputs: outputsOf(draft, step),
    evidence: [
      `the reproduction fails on the base, ${base.runs.length} of ${base.runs.length} times`,
    ],
  });
};

/** A blind reviewer raises again what a person has waived: the same reproduction asks nobody twice. */
const inheritWaiver = (draft: Draft, { id, reproduction }: Finding): void => {
  const proof = hashOf(reproduction ?? null);
  const waived = draft.state.findings.find(
    (other) => other.disposition.kind === "waived" && hashOf(other.reproduction ?? null) === proof,
  );
  if (waived?.disposition.kind !== "waived") return;
  const { who, why } = waived.disposition;
  emit(draft, {
    type: "finding.disposed",
    finding: id,
    disposition: { kind: "waived", who, why: `as ${waived.id}: ${why}` },
  });
};

export const settleEvidence = (draft: Draft, settled: Settled<"evidence.run">): void => {
  const { payload, result } = settled;
  if (payload.by !== undefined) return settleRerun(draft, settled, payload.by);
  const step = stepByKey(draft.state, payload.step);
  if (step.kind !== "review") return settleInvestigation(draft, settled);
  const finding = draft.state.findings.find((candidate) => candidate.id === payload.subject);
  invariant(finding && payload.candidate, "evidence belongs to a finding on a candidate");
  if (result.kind === "evidence.ran" && result.candidate !== null) {
    const evidence = {
      base: result.base.runs,
      candidate: result.candidate.runs,
      candidateCommit: payload.candidate,
      fixed: [],
      fixedCommit: null,
    };
    const ruled = ruleFinding(draft.state, finding, evidence);
    emit(draft, {
      type: "finding.ruled",
      finding: finding.id,
      verdict: ruled.verdict,
      evidence,
      reason: ruled.reason,
      proof: result.proof,
    });
    inheritWaiver(draft, finding);
  } else if (result.kind === "failed" && result.failure.retry !== "never") {
    const { failure } = result;
    const summary = `the reproduction of ${finding.id} could not be run: ${failure.message}`;
    return fail(draft, payload.step, { summary, details: failureFacts(failure).details, failure });
  } else {
    emit(draft, {
      type: "finding.ruled",
      finding: finding.id,
      verdict: "unproven",
      evidence: null,
      reason: `its reproduction could not be run: ${failureOf(result).message}`,
      proof: null,
    });
  }
  return concludeReview(draft, step);
};
