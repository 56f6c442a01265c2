/** Landing: computed, verified on the merged tree, applied by compare-and-swap; only post-conditions finish a run. */
import { type Draft, emit, endAttempt, fail, pass, request, startAttempt } from "../draft.ts";
import { gatesHold } from "../holds.ts";
import { invariant } from "../invariant.ts";
import { LANDING_TRIES_MAX } from "../limits.ts";
import { requestLanding } from "../start.ts";
import { isPersonAtWork, isRerunning, stepState } from "../steps.ts";
import type { RunDocument, StepKey } from "@tutti/protocol";
import { failureReason } from "./failure.ts";
import type { Settled } from "./settled.ts";

/** Why a landing may not go on; null when every gate holds for exactly its candidate. */
const hindrance = (state: RunDocument): string | null => {
  if (state.landing?.candidate.commit !== state.candidate?.commit)
    return "the candidate changed while the merge was under way";
  if (isPersonAtWork(state)) return "a person has the workspace";
  if (isRerunning(state)) return "evidence of a finding is run again";
  if (!gatesHold(state))
    return state.landing?.overlap.length === 0
      ? "a gate fell while the merge was under way"
      : "the target gained changes to files of the candidate";
  return state.paused === null ? null : "the run is paused";
};

/** For the author too: the commit can be read and merged in the workspace. */
export const presentTip = (state: RunDocument, tip: string): string =>
  `${state.target.branch} is at ${tip} now`;

/** The merge waits until nothing hinders it, and lands anew. */
const stepBack = (draft: Draft, key: StepKey, summary: string): void => {
  endAttempt(draft, key, { outcome: summary });
  emit(draft, {
    type: "step.reopened",
    step: key,
    because: key,
    facts: { summary, details: [] },
    round: stepState(draft.state, key).rounds,
  });
};

export const settleLanding = (
  draft: Draft,
  { payload, result }: Settled<"landing.prepare">,
): void => {
  const key = payload.step;
  if (result.kind === "landing.conflict") {
    emit(draft, {
      type: "merge.refused",
      reason: "conflict",
      message: `the candidate conflicts with ${draft.state.target.branch} at ${result.tip.slice(0, 12)}`,
      paths: result.paths,
    });
    return fail(draft, key, {
      summary: "the candidate conflicts with the target branch",
      details: [presentTip(draft.state, result.tip), ...result.paths],
    });
  }
  if (result.kind !== "landing.prepared") return fail(draft, key, failureReason(result));
  emit(draft, {
    type: "landing.prepared",
    step: key,
    tip: result.tip,
    landing: result.landing,
    candidate: payload.candidate,
    overlap: result.overlap,
  });
  const hindered = hindrance(draft.state);
  return hindered === null ? verifyLanding(draft, key) : stepBack(draft, key, hindered);
};

/** Checks and proofs on the merged tree, never reused. Without any (the test stage was waived, on the record) the merge follows. */
const verifyLanding = (draft: Draft, key: StepKey): void => {
  const { base, landing, policy, proofs } = draft.state;
  invariant(landing, "a landing was prepared");
  const checks = Object.keys(policy.config.checks);
  if (checks.length === 0 && proofs.length === 0) return applyLanding(draft, key);
  return request(draft, {
    kind: "checks.run",
    step: key,
    on: "landing",
    commit: landing.landing.commit,
    base: base.commit,
    checks,
    proofs,
  });
};

export const applyLanding = (draft: Draft, key: StepKey): void => {
  const { landing, candidate } = draft.state;
  invariant(landing && candidate, "a merge follows a landing");
  const hindered = hindrance(draft.state);
  if (hindered !== null) return stepBack(draft, key, hindered);
  return request(draft, {
    kind: "merge.apply",
    step: key,
    tip: landing.tip,
    landing: landing.landing,
    candidate,
  });
};

export const settleMerge = (draft: Draft, { payload, result }: Settled<"merge.apply">): void => {
  const key = payload.step;
  if (result.kind === "merge.refused") {
    if (result.reason === "tip-moved" && stepState(draft.state, key).tries < LANDING_TRIES_MAX)
      return landAgain(draft, key);
    emit(draft, {
      type: "merge.refused",
      reason: result.reason,
      message: result.message,
      paths: [],
    });
    return fail(draft, key, { summary: result.message, details: [] });
  }
  if (result.kind !== "merge.applied") return fail(draft, key, failureReason(result));
  const { target } = draft.state;
  emit(draft, {
    type: "merge.applied",
    commit: result.commit,
    target: result.target,
    to: target.to,
    workTree: result.workTree,
  });
  pass(draft, key, {
    outputs: { commit: result.commit },
    evidence: [`${result.target} is at ${result.commit.slice(0, 12)}`],
  });
  const outcome = target.to === "target" ? "merged" : "completed";
  emit(draft, {
    type: "run.finished",
    outcome,
    reason:
      outcome === "merged" ? `merged into ${result.target}` : `branch ${result.target} is ready`,
  });
  return request(draft, { kind: "workspace.dispose", reason: outcome });
};

const landAgain = (draft: Draft, key: StepKey): void => {
  endAttempt(draft, key, { outcome: "the target moved" });
  startAttempt(draft, key, null);
  requestLanding(draft, key);
};
