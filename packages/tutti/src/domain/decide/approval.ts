/** Approvals: bound to the hashes of what is approved, void when they change, never by an agent. */
import type {
  ApprovalStep,
  CommandOf,
  Facts,
  Rejected,
  RunDocument,
  Sha256,
  StepKey,
} from "@tutti/protocol";
import { authorStep, reopen } from "../back-edge.ts";
import { cancelEffects, type Draft, emit, pass, reject } from "../draft.ts";
import { hashOf } from "../hash.ts";
import { stepHolds, upstreamHolds } from "../holds.ts";
import { inputsOf } from "../inputs.ts";
import { effectsOf, isRerunning, stepById, stepByKey, stepState } from "../steps.ts";
import { actedFor, actorName, cancelRun } from "./run.ts";

/** Hash of exactly what an approval would cover now. */
export const approvalSubject = (state: RunDocument, key: StepKey): Sha256 =>
  hashOf(inputsOf(state, key));

/** Approvals of different persons that hold for what is there now. */
const validApprovals = (state: RunDocument, key: StepKey): readonly string[] => {
  const subject = approvalSubject(state, key);
  return [
    ...new Set(
      state.approvals
        .filter((approval) => approval.step === key && approval.subject === subject)
        .map((approval) => approval.by),
    ),
  ];
};

/** Waiting for a person: everything before it holds, and it does not. An author at work again will change it. */
export const isApprovalOpen = (state: RunDocument, step: ApprovalStep): boolean =>
  upstreamHolds(state, step) &&
  !stepHolds(state, step) &&
  !(step.of.includes("candidate") && isCandidateMoving(state));

/** A person works on it, their work is being made a checkpoint, or evidence about it is run again. */
const isCandidateMoving = (state: RunDocument): boolean =>
  state.takenBy !== null ||
  isRerunning(state) ||
  Object.values(state.effects).some(({ payload }) => payload.kind === "checkpoint.create");

const openStep = (draft: Draft, key: StepKey, subject: Sha256): ApprovalStep | Rejected => {
  const known = draft.state.workflow.steps.some((step) => step.id === key);
  const step = known ? stepByKey(draft.state, key) : null;
  if (step?.kind !== "approval")
    return reject("step.unknown", `${key} is not an approval of this workflow`);
  if (!isApprovalOpen(draft.state, step))
    return reject("approval.not-open", `${key} does not wait for an answer now`);
  if (approvalSubject(draft.state, key) !== subject)
    return reject("approval.moved", `what ${key} asks about has changed since`);
  return step;
};

export const giveApproval = (
  draft: Draft,
  command: CommandOf<"approval.give">,
): Rejected | null => {
  const step = openStep(draft, command.step, command.subject);
  if (step.kind === "rejected") return step;
  const by = actorName(draft);
  emit(draft, {
    type: "approval.given",
    step: command.step,
    subject: command.subject,
    covers: inputsOf(draft.state, command.step),
    by,
    onBehalf: actedFor(draft),
    comment: command.comment ?? null,
    ...(command.seen === undefined ? {} : { seen: command.seen }),
  });
  if (command.comment !== undefined)
    emit(draft, { type: "comment.added", by, on: command.step, text: command.comment });
  const approvers = validApprovals(draft.state, command.step);
  if (approvers.length >= step.approvers.min)
    pass(draft, command.step, { evidence: [`approved by ${approvers.join(", ")}`] });
  return null;
};

const producerOf = (state: RunDocument, names: readonly string[]): string | null =>
  state.workflow.steps.find(
    (step) => step.kind === "agent" && step.produces.some((name) => names.includes(name)),
  )?.id ?? null;

/** Back to whoever made it, with the person's words. */
const sendBack = (draft: Draft, step: ApprovalStep, comment: string): Rejected | null => {
  const target = step.of.includes("candidate")
    ? (authorStep(draft.state)?.id ?? null)
    : producerOf(draft.state, step.of);
  if (target === null) return reject("step.not-open", "no step makes what is asked about");
  return returnTo(draft, { id: target, because: stepState(draft.state, step.id).key, comment });
};

export const returnTo = (
  draft: Draft,
  edge: { id: string; because: StepKey; comment: string; failed?: readonly string[] },
): null => {
  const { id, because, comment, failed = [] } = edge;
  const summary = `${actorName(draft)} asks for changes`;
  const facts: Facts = { summary, details: [comment, ...failed] };
  const { rounds } = stepState(draft.state, because);
  cancelEffects(draft, effectsOf(draft.state, because), "a person asked for changes");
  reopen(draft, { id: stepById(draft.state, id).id, because, facts, round: rounds });
  return null;
};

export const refuseApproval = (
  draft: Draft,
  command: CommandOf<"approval.refuse">,
): Rejected | null => {
  const step = openStep(draft, command.step, command.subject);
  if (step.kind === "rejected") return step;
  emit(draft, {
    type: "approval.refused",
    step: command.step,
    subject: command.subject,
    by: actorName(draft),
    answer: command.answer,
    comment: command.comment,
  });
  if (command.answer === "cancel")
    return cancelRun(draft, {
      kind: "run.cancel",
      reason: command.comment === "" ? "refused by a person" : command.comment,
    });
  return sendBack(draft, step, command.comment);
};
