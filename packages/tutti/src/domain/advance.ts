/**
 * Starts whatever may start now. Called after each command until nothing moves: a step starts when
 * its needs hold, it does not hold itself, and nothing keeps it back (pause, a person in the
 * workspace, another writer). A stale agent step never starts by itself: it costs money, so a
 * person is asked (attention.ts).
 */
import type { RunDocument, StepKey, WorkflowStep } from "@tutti/protocol";
import { type Draft, emit, request } from "./draft.ts";
import {
  followsByItself,
  gatesHold,
  instanceHolds,
  isWanted,
  needsHold,
  stepHolds,
} from "./holds.ts";
import { inputsOf } from "./inputs.ts";
import { startStep } from "./start.ts";
import {
  instancesOf,
  isHandingOver,
  isPersonAtWork,
  isRerunning,
  isWriter,
  stepByKey,
  stepState,
  upstreamOf,
} from "./steps.ts";

/** An agent step that holds no more waits for a person; a gate that a person waived too. */
const startsByItself = (state: RunDocument, key: StepKey): boolean =>
  stepState(state, key).status.kind === "pending" || followsByItself(state, key);

const activeWriter = (state: RunDocument): boolean =>
  Object.values(state.steps).some(
    (step) => step.status.kind === "active" && isWriter(stepByKey(state, step.key)),
  );

/** An author whose work the step judges is at it again, or will be. */
const isBeingReworked = (state: RunDocument, step: WorkflowStep): boolean =>
  upstreamOf(state, step).some((upstream) => isWriter(upstream) && !stepHolds(state, upstream));

/** What keeps a step back although its needs hold. */
const isKeptBack = (state: RunDocument, step: WorkflowStep): boolean => {
  if (step.kind === "merge")
    return isPersonAtWork(state) || isRerunning(state) || !gatesHold(state);
  // A gate would look at a candidate that is about to change.
  if (step.kind !== "agent") return isHandingOver(state) || isBeingReworked(state, step);
  return isWriter(step) && (isPersonAtWork(state) || activeWriter(state));
};

const mayStart = (state: RunDocument, step: WorkflowStep, key: StepKey): boolean =>
  step.kind !== "approval" &&
  startsByItself(state, key) &&
  needsHold(state, step) &&
  !isKeptBack(state, step);

const nextInstance = (state: RunDocument, step: WorkflowStep): StepKey | null => {
  const open = instancesOf(state, step).find((key) => !instanceHolds(state, key));
  return open !== undefined && mayStart(state, step, open) ? open : null;
};

const skipUnwanted = (draft: Draft, step: WorkflowStep): boolean => {
  const { state } = draft;
  if (isWanted(state, step) || !needsHold(state, step)) return false;
  const key = instancesOf(state, step).find((instance) => !instanceHolds(state, instance));
  if (key === undefined || stepState(state, key).status.kind === "active") return false;
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
