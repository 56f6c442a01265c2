/** When every reviewer and every reproduction has answered: the review's gate. */
import type { Finding, ReviewerChoice, ReviewStep, RunDocument, StepKey } from "@tutti/protocol";
import { failGate } from "./back-edge.ts";
import { type Draft, emit, endAttempt, pass, request } from "./draft.ts";
import { invariant } from "./invariant.ts";
import { chooseFor, judgeTurn } from "./lineage.ts";
import { effectsOf, keyOf, stepState } from "./steps.ts";

/** A reproduced finding blocks until it is fixed or a person waives it. */
export const isBlocking = (finding: Finding): boolean =>
  finding.verdict === "reproduced" && finding.disposition.kind !== "waived";

export const describeFinding = (finding: Finding): string =>
  [
    `${finding.id} (${finding.severity} ${finding.kind}, raised by ${finding.raisedBy.agent}, ${finding.verdict ?? "not ruled"}): ${finding.claim}`,
    ...(finding.reproduction === undefined
      ? []
      : [
          `  reproduced by: ${finding.reproduction.run}`,
          `  output:\n${finding.evidence?.candidate.at(-1)?.tail ?? ""}`,
        ]),
  ].join("\n");

/** Raised on the present candidate, or ruled on it because the candidate before was given up meanwhile. */
const findingsOn = ({ findings, candidate }: RunDocument, step: string): readonly Finding[] =>
  findings.filter(
    (finding) =>
      finding.step === step &&
      (finding.raisedOn === candidate?.commit ||
        finding.evidence?.candidateCommit === candidate?.commit),
  );

/** A review that failed by its findings alone passes when a person has waived the last of them. */
export const passWhenWaived = (draft: Draft, step: ReviewStep): void => {
  const { status } = stepState(draft.state, step.id);
  const findings = findingsOn(draft.state, step.id);
  const byFindings = status.kind === "failed" && status.failure === null && findings.length > 0;
  if (byFindings && !findings.some((finding) => isBlocking(finding))) concludeReview(draft, step);
};

const choiceOf = (state: RunDocument, key: StepKey): ReviewerChoice | undefined =>
  state.reviews.findLast((review) => review.step === key);

/** Whether those who answered satisfy the family rule as what they were served by. */
const isSound = (
  state: RunDocument,
  step: ReviewStep,
  choice: ReviewerChoice | undefined,
): boolean =>
  choice === undefined ||
  (choice.outcome === "allow" && chooseFor(state, step, choice.reviewers).outcome === "allow");

/** The reviewer, and what served it where that is known. */
const judgeText = (state: RunDocument, step: StepKey, agent: string): string => {
  const turn = judgeTurn(state, { step, agent });
  if (turn === null || turn.served.length === 0) return agent;
  const models = turn.served.map(({ model, family }) => `${model} of ${family ?? "unknown"}`);
  return `${agent} (${models.join(", ")}, ${turn.lineage})`;
};

export const requestReviewers = (draft: Draft, key: StepKey, agents: readonly string[]): void => {
  const { base, candidate } = draft.state;
  invariant(candidate, "a review has a candidate");
  for (const agent of agents)
    request(draft, {
      kind: "review.turn",
      step: key,
      attempt: 1,
      agent,
      base: base.commit,
      candidate,
    });
};

const startAnew = (draft: Draft, key: StepKey): void => {
  const facts = { summary: "its reviewers' models were not the declared ones", details: [] };
  const { rounds } = stepState(draft.state, key);
  endAttempt(draft, key, { outcome: "no foreign reviewer" });
  emit(draft, { type: "step.reopened", step: key, because: key, facts, round: rounds });
};

/**
 * A reviewer that was served by a family which may not judge does not count, whatever it was declared
 * as. Others that are configured are asked in its place; without any, a person is.
 */
const isJudged = (draft: Draft, step: ReviewStep): boolean => {
  const { state } = draft;
  const key = keyOf(step.id);
  const choice = choiceOf(state, key);
  const isAccepted = state.degraded.some((accepted) => accepted.step === key);
  if (choice === undefined || isAccepted || isSound(state, step, choice)) return true;
  if (stepState(state, key).status.kind !== "active" || state.paused !== null) {
    startAnew(draft, key);
    return false;
  }
  const again = chooseFor(state, step);
  const asked = choice.asked ?? choice.reviewers;
  const more = again.reviewers.filter((name) => !asked.includes(name));
  const served = choice.reviewers.map((name) => judgeText(state, key, name)).join("; ");
  emit(draft, {
    type: "reviewers.chosen",
    step: key,
    outcome: again.outcome,
    reviewers: again.outcome === "allow" ? [...again.reviewers] : choice.reviewers,
    authors: [...again.authors],
    reason: `Answered: ${served}. ${again.reason}`,
    asked: [...asked, ...more],
  });
  if (again.outcome !== "allow") return false;
  requestReviewers(draft, key, more);
  return more.length === 0;
};

export const concludeReview = (draft: Draft, step: ReviewStep): void => {
  const key = keyOf(step.id);
  if (
    effectsOf(draft.state, key).some(
      (effect) => effect.payload.kind === "review.turn" || effect.payload.kind === "evidence.run",
    )
  )
    return;
  const findings = findingsOn(draft.state, key);
  const blocking = findings.filter((finding) => isBlocking(finding));
  if (blocking.length > 0) {
    failGate(draft, step, {
      summary: `${blocking.length} finding${blocking.length === 1 ? "" : "s"} reproduced`,
      details: blocking.map((finding) => describeFinding(finding)),
    });
    return;
  }
  if (!isJudged(draft, step)) return;
  const choice = choiceOf(draft.state, key);
  const degraded = isSound(draft.state, step, choice)
    ? []
    : ["degraded: no reviewer of a foreign family"];
  pass(draft, key, {
    evidence: [
      `${choice?.reviewers.length ?? 0} reviewer(s): ${choice?.reviewers.map((name) => judgeText(draft.state, key, name)).join(", ") ?? ""}`,
      ...degraded,
      ...findings.map((finding) => `${finding.id} ${finding.verdict ?? "not ruled"}`),
    ],
  });
};
