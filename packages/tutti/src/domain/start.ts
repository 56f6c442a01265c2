/** What starting a step asks for, one function a kind. */
import type {
  ChecksStep,
  CommitId,
  MergeStep,
  ReviewStep,
  StepKey,
  WorkflowStep,
} from "@tutti/protocol";
import { baselineRun, checkNames, isBaselineUnderWay, suiteOf } from "./checks.ts";
import { concludeReview, requestReviewers } from "./conclude-review.ts";
import { type Draft, emit, fail, request, startAttempt } from "./draft.ts";
import { invariant, unreachable } from "./invariant.ts";
import { chooseFor } from "./lineage.ts";
import { agentForStep } from "./roles.ts";
import { itemOf, keyOf, presentTree, stepByKey, stepState } from "./steps.ts";

/** Outcome of an attempt whose turn ended well, and whose work could not be made a commit. */
export const UNRECORDED = "work not recorded";

/** Outcome of an attempt whose own checks could not be run on its commit. */
export const UNCHECKED = "gate not run";

export const requestGate = (draft: Draft, key: StepKey, notBefore: number | null = null): void => {
  const step = stepByKey(draft.state, key);
  const { candidate, base } = draft.state;
  invariant(step.kind === "agent" && candidate, "a gate looks at the commit of an agent step");
  const checks = [...step.gate.checks];
  const { commit } = candidate;
  request(
    draft,
    { kind: "checks.run", step: key, on: "gate", commit, base: base.commit, checks, proofs: [] },
    notBefore,
  );
};

export const requestCheckpoint = (
  draft: Draft,
  key: StepKey,
  { by, notBefore = null }: { readonly by: string; readonly notBefore?: number | null },
): void => {
  const title = itemOf(draft.state, key)?.title ?? draft.state.task.title;
  const message = `${key}: ${title}`;
  request(draft, { kind: "checkpoint.create", step: key, message, by }, notBefore);
};

/** Asks for a turn, or only for the commit or the gate of one that is done already. */
export const requestTurn = (draft: Draft, key: StepKey, notBefore: number | null = null): void => {
  const step = stepByKey(draft.state, key);
  invariant(step.kind === "agent", `${key} is an agent step`);
  const agent = agentForStep(draft.state, step);
  const last = stepState(draft.state, key).attempts.at(-1)?.outcome;
  const attempt = startAttempt(draft, key, agent);
  if (agent === null) {
    const summary = `no agent has the role ${step.role}`;
    const failure = { code: "role.unassigned", message: summary, retry: "never" as const };
    fail(draft, key, { summary, details: [], failure });
    return;
  }
  if (last === UNRECORDED) return requestCheckpoint(draft, key, { by: agent, notBefore });
  if (last === UNCHECKED) return requestGate(draft, key, notBefore);
  const { access, produces } = step;
  const start = presentTree(draft.state).commit;
  request(
    draft,
    { kind: "agent.turn", step: key, attempt, agent, access, start, produces },
    notBefore,
  );
};

/** The baseline is run once: counts of tests are compared with it. */
export const requestBaseline = (draft: Draft): void => {
  if (baselineRun(draft.state) !== null || isBaselineUnderWay(draft.state)) return;
  const step = draft.state.workflow.steps.find((candidate) => candidate.kind === "checks");
  const checks = Object.keys(draft.state.policy.config.checks);
  if (step === undefined || checks.length === 0) return;
  const { commit } = draft.state.base;
  request(draft, {
    kind: "checks.run",
    step: keyOf(step.id),
    on: "base",
    commit,
    base: commit,
    checks,
    proofs: [],
  });
};

const startChecks = (draft: Draft, step: ChecksStep, key: StepKey): void => {
  startAttempt(draft, key, null);
  const checks = [...checkNames(draft.state, step)];
  const { candidate, base } = draft.state;
  if (checks.length === 0) {
    fail(draft, key, {
      summary: "no check is configured",
      details: [
        "Nothing decides whether this works. Add a check under `checks:` in .tutti/config.yaml on the target branch, or waive the step with a reason.",
      ],
    });
    return;
  }
  if (candidate === null) {
    fail(draft, key, { summary: "there is nothing to check: no step made a commit", details: [] });
    return;
  }
  requestBaseline(draft);
  request(draft, {
    kind: "checks.run",
    step: key,
    on: "candidate",
    commit: candidate.commit,
    base: base.commit,
    checks,
    proofs: [...suiteOf(draft.state)],
  });
};

/** A finding whose reproduction was cut off is still to be ruled, on the candidate that is there now. */
const ruleOpenFindings = (draft: Draft, key: StepKey, candidate: CommitId): void => {
  const { base, findings } = draft.state;
  for (const finding of findings) {
    if (finding.step !== key || finding.verdict !== null || finding.disposition.kind === "waived")
      continue;
    if (finding.reproduction === undefined) continue;
    request(draft, {
      kind: "evidence.run",
      step: key,
      subject: finding.id,
      reproduction: finding.reproduction,
      base: base.commit,
      candidate,
    });
  }
};

/** Reviewers by the family rule; a person's word stands in only where it was given for this step. */
const startReview = (draft: Draft, step: ReviewStep, key: StepKey): void => {
  startAttempt(draft, key, null);
  const { state } = draft;
  const { candidate } = state;
  if (candidate === null) {
    fail(draft, key, { summary: "there is nothing to review: no step made a commit", details: [] });
    return;
  }
  const degraded = state.degraded.some((accepted) => accepted.step === key);
  const choice = chooseFor(state, step);
  const fallback =
    degraded && choice.outcome !== "allow"
      ? state.policy.config.roles.reviewer.slice(0, step.reviewers.count)
      : choice.reviewers;
  emit(draft, {
    type: "reviewers.chosen",
    step: key,
    outcome: choice.outcome,
    reviewers: [...fallback],
    authors: [...choice.authors],
    reason: choice.reason,
  });
  if (choice.outcome !== "allow" && !degraded) return;
  requestReviewers(draft, key, fallback);
  ruleOpenFindings(draft, key, candidate.commit);
  // A person accepted that nobody reviews: the step passes as degraded.
  if (fallback.length === 0) concludeReview(draft, step);
};

export const requestLanding = (draft: Draft, key: StepKey): void => {
  const { candidate, base } = draft.state;
  invariant(candidate, "a merge has a candidate");
  request(draft, { kind: "landing.prepare", step: key, candidate, base: base.commit });
};

const startMerge = (draft: Draft, _step: MergeStep, key: StepKey): void => {
  startAttempt(draft, key, null);
  if (draft.state.candidate === null)
    fail(draft, key, { summary: "there is nothing to merge: no step made a commit", details: [] });
  else requestLanding(draft, key);
};

export const startStep = (draft: Draft, step: WorkflowStep, key: StepKey): void => {
  switch (step.kind) {
    case "agent":
      return requestTurn(draft, key);
    case "checks":
      return startChecks(draft, step, key);
    case "review":
      return startReview(draft, step, key);
    case "merge":
      return startMerge(draft, step, key);
    case "approval":
      return undefined;
    default:
      return unreachable(step);
  }
};
