/** Exceptions that only a person may make, each with a reason on the record. */
import type { CommandOf, Facts, Rejected } from "@tutti/protocol";
import { authorStep, reopen } from "../back-edge.ts";
import { guardIsOpen, guardSubject, waitForGuard } from "../checks.ts";
import { concludeReview, passWhenWaived } from "../conclude-review.ts";
import { type Draft, emit, endAttempt, reject } from "../draft.ts";
import { concludeChecks } from "../settle/checks.ts";
import { startStep } from "../start.ts";
import { stepByKey, stepState } from "../steps.ts";
import { actorName } from "./run.ts";

/** The checks steps that wait; one answer goes for all of them. */
const guarded = (draft: Draft, subject: string) => {
  if (!guardIsOpen(draft.state))
    return reject("approval.not-open", "no change to the judge waits for a person");
  if (guardSubject(draft.state) !== subject)
    return reject("approval.moved", "the candidate has changed since");
  const [step, ...others] = waitForGuard(draft.state);
  return step === undefined
    ? reject("step.not-open", "no checks wait for this answer")
    : { kind: "waiting" as const, step, others };
};

export const allowGuard = (draft: Draft, command: CommandOf<"guard.allow">): Rejected | null => {
  const waiting = guarded(draft, command.subject);
  if (waiting.kind === "rejected") return waiting;
  emit(draft, {
    type: "guard.allowed",
    subject: command.subject,
    by: actorName(draft),
    reason: command.reason,
  });
  for (const step of [waiting.step, ...waiting.others]) concludeChecks(draft, step);
  return null;
};

export const refuseGuard = (draft: Draft, command: CommandOf<"guard.refuse">): Rejected | null => {
  const waiting = guarded(draft, command.subject);
  if (waiting.kind === "rejected") return waiting;
  const author = authorStep(draft.state);
  if (author === null)
    return reject("step.not-open", "no step of this workflow writes the workspace");
  const { key, rounds } = stepState(draft.state, waiting.step.id);
  const facts: Facts = {
    summary: "a person refused what the change does to its own judge",
    details: [command.reason],
  };
  emit(draft, {
    type: "guard.refused",
    subject: command.subject,
    by: actorName(draft),
    reason: command.reason,
  });
  for (const { id } of waiting.others) {
    const other = stepState(draft.state, id);
    endAttempt(draft, other.key, { outcome: "refused" });
    emit(draft, {
      type: "step.reopened",
      step: other.key,
      because: other.key,
      facts,
      round: other.rounds,
    });
  }
  endAttempt(draft, key, { outcome: "refused" });
  reopen(draft, { id: author.id, because: key, facts, round: rounds });
  return null;
};

export const acceptDegraded = (
  draft: Draft,
  command: CommandOf<"degraded.accept">,
): Rejected | null => {
  const choice = draft.state.reviews.findLast((review) => review.step === command.step);
  const isOpen =
    choice !== undefined &&
    choice.outcome === "unavailable" &&
    stepState(draft.state, command.step).status.kind === "active";
  if (draft.state.policy.config.review.whenUnavailable === "block")
    return reject("review.blocked", `${command.step} has no reviewer of a foreign family`);
  if (!isOpen) return reject("approval.not-open", `${command.step} does not wait for this answer`);
  emit(draft, {
    type: "degraded.accepted",
    step: command.step,
    by: actorName(draft),
    reason: command.reason,
  });
  const step = stepByKey(draft.state, command.step);
  if (choice.reviewers.length > 0 && step.kind === "review") {
    // They have answered, and were served by a family that may not judge alone.
    concludeReview(draft, step);
    return null;
  }
  endAttempt(draft, command.step, { outcome: "no foreign reviewer" });
  startStep(draft, step, command.step);
  return null;
};

/** A waived finding stays what it is; it blocks no more, and its proof leaves the suite. */
export const disposeFinding = (
  draft: Draft,
  command: CommandOf<"finding.dispose">,
): Rejected | null => {
  const finding = draft.state.findings.find((candidate) => candidate.id === command.finding);
  if (finding === undefined)
    return reject("finding.unknown", `there is no finding ${command.finding}`);
  if (finding.disposition.kind === "waived") return null;
  emit(draft, {
    type: "finding.disposed",
    finding: finding.id,
    disposition: { kind: "waived", who: actorName(draft), why: command.why },
  });
  for (const step of draft.state.workflow.steps)
    if (step.kind === "review") passWhenWaived(draft, step);
  return null;
};
