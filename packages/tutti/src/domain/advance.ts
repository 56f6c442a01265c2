/**
 * Starts whatever may start now. Called after each command until nothing moves: a step starts when
 * its needs hold, it does not hold itself, and nothing keeps it back (pause, a person in the
 * workspace, another writer). A stale agent step never starts by itself: it costs money, so a
 * person is asked (attention.ts).
 */
import type { RunDocument, StepKey, WorkflowStep } from "@tutti/protocol";
import { type Draft, emit, request } from "./draft.ts";
import { instanceHolds, isStale, isWanted, needsHold, stepHolds } from "./holds.ts";
import { inputsOf } from "./inputs.ts";
import { startStep } from "./start.ts";
import { instancesOf, isWriter, stepByKey, stepState } from "./steps.ts";

const isModelFree = (step: WorkflowStep): boolean =>
  step.kind === "checks" || step.kind === "merge";

/** An agent step that holds no more waits for a person; a gate that a person waived too. */
const startsByItself = (state: RunDocument, step: WorkflowStep, key: StepKey): boolean => {
  const { kind } = stepState(state, key).status;
  if (kind === "pending") return true;
  if (kind === "active" || kind === "failed") return false;
  return isStale(state, key) && (isModelFree(step) || reopensReview(state, step));
};

/** A review follows a new candidate by itself while the run is inside a fix loop or a person gave work; that is its job. */
const reopensReview = (state: RunDocument, step: WorkflowStep): boolean => {
  if (step.kind !== "review") return false;
  const { status } = stepState(state, step.id);
  return (
    status.kind === "passed" &&
    status.inputs["candidate"] !== inputsOf(state, stepState(state, step.id).key)["candidate"]
  );
};

const activeWriter = (state: RunDocument): boolean =>
  Object.values(state.steps).some(
    (step) => step.status.kind === "active" && isWriter(stepByKey(state, step.key)),
  );

const mayStart = (state: RunDocument, step: WorkflowStep, key: StepKey): boolean => {
  if (step.kind === "approval" || !startsByItself(state, step, key)) return false;
  if (!needsHold(state, step)) return false;
  return !isWriter(step) || (state.takenBy === null && !activeWriter(state));
};

const nextInstance = (state: RunDocument, step: WorkflowStep): StepKey | null => {
  const open = instancesOf(state, step).find((key) => !instanceHolds(state, key));
  return open !== undefined && mayStart(state, step, open) ? open : null;
};

const skipUnwanted = (draft: Draft, step: WorkflowStep): boolean => {
  const { state } = draft;
  if (isWanted(state, step) || stepHolds(state, step) || !needsHold(state, step)) return false;
  const key = stepState(state, step.id).key;
  if (stepState(state, key).status.kind === "active") return false;
  emit(draft, {
    type: "step.skipped",
    step: key,
    reason: "its condition is not met",
    inputs: inputsOf(state, key),
  });
  return true;
};

const advanceOnce = (draft: Draft): boolean => {
  for (const step of draft.state.workflow.steps) {
    if (skipUnwanted(draft, step)) return true;
    const key = nextInstance(draft.state, step);
    if (key !== null) {
      startStep(draft, step, key);
      return true;
    }
  }
  return false;
};

/** A workflow without a merge ends when every step holds. */
const finishIfDone = (draft: Draft): void => {
  const { state } = draft;
  if (state.workflow.steps.some((step) => step.kind === "merge")) return;
  if (!state.workflow.steps.every((step) => stepHolds(state, step))) return;
  emit(draft, {
    type: "run.finished",
    outcome: "completed",
    reason: "every step of the workflow holds",
  });
  request(draft, { kind: "workspace.dispose", reason: "completed" });
};

export const advance = (draft: Draft): void => {
  const isIdle = () =>
    draft.state.finished !== null ||
    draft.state.cancelled !== null ||
    draft.state.paused !== null ||
    draft.state.workspace.kind !== "ready";
  if (isIdle()) return;
  while (!isIdle() && advanceOnce(draft)) {
    // Each round starts or skips one step, and EVENTS_PER_DECISION_MAX bounds them.
  }
  if (!isIdle()) finishIfDone(draft);
};
