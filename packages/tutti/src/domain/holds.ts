/** Whether a recorded pass still holds: derived by comparing its inputs with the present ones, never a flag. */
import type { RunDocument, WorkflowStep } from "@tutti/protocol";
import { matches } from "./glob.ts";
import { inputsOf, sameInputs } from "./inputs.ts";
import { instancesOf, keyOf, stepById, stepByKey, stepState, upstreamOf } from "./steps.ts";

/** Whether the step's condition is met; a step without one always runs. */
export const isWanted = (state: RunDocument, step: WorkflowStep): boolean => {
  const { when } = step;
  if (when === undefined) return true;
  const byArtifact = when.artifact === undefined || Object.hasOwn(state.artifacts, when.artifact);
  const byChange =
    when.changed === undefined ||
    when.changed.some((glob) => state.changed.some((path) => matches(glob, path)));
  return byArtifact && byChange;
};

/** A recorded pass, skip or waiver whose inputs are still the present ones; a skip, while its condition is not met. */
export const instanceHolds = (state: RunDocument, key: string): boolean => {
  const { status } = stepState(state, key);
  if (status.kind !== "passed" && status.kind !== "skipped" && status.kind !== "waived")
    return false;
  if (status.kind === "skipped" && isWanted(state, stepByKey(state, key))) return false;
  return sameInputs(status.inputs, inputsOf(state, keyOf(key)));
};

/** Passed once, and what it was made of has changed since. */
export const isStale = (state: RunDocument, key: string): boolean => {
  const { status } = stepState(state, key);
  return (
    (status.kind === "passed" || status.kind === "skipped" || status.kind === "waived") &&
    !instanceHolds(state, key)
  );
};

export const stepHolds = (state: RunDocument, step: WorkflowStep): boolean => {
  const keys = instancesOf(state, step);
  return keys.length > 0 && keys.every((key) => instanceHolds(state, key));
};

export const needsHold = (state: RunDocument, step: WorkflowStep): boolean =>
  step.needs.every((id) => stepHolds(state, stepById(state, id)));

/** The same of everything before it: a step whose author is at work again has needs that will change. */
export const upstreamHolds = (state: RunDocument, step: WorkflowStep): boolean =>
  upstreamOf(state, step).every((upstream) => stepHolds(state, upstream));

/** Every gate but the merge itself holds a valid pass for exactly this candidate and this pin. */
export const gatesHold = (state: RunDocument): boolean =>
  state.workflow.steps.every((step) => step.kind === "merge" || stepHolds(state, step));

/**
 * A stale step that goes on without a person: what costs no money; a review, which follows a new
 * candidate, because that is its job; and what was skipped and is wanted now.
 */
export const followsByItself = (state: RunDocument, key: string): boolean => {
  if (!isStale(state, key)) return false;
  const step = stepByKey(state, key);
  const { status } = stepState(state, key);
  if (status.kind === "skipped" || step.kind === "checks" || step.kind === "merge") return true;
  return (
    step.kind === "review" &&
    status.kind === "passed" &&
    status.inputs["candidate"] !== inputsOf(state, keyOf(key))["candidate"]
  );
};

/** A stale step of which a person says whether it still holds: agents' work. An approval is given anew. */
export const asksWhenStale = (state: RunDocument, key: string): boolean => {
  const { kind } = stepByKey(state, key);
  return (
    (kind === "agent" || kind === "review") && isStale(state, key) && !followsByItself(state, key)
  );
};
