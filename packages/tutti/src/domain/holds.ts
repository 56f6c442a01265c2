/** Whether a recorded pass still holds: derived by comparing its inputs with the present ones, never a flag. */
import type { Inputs, RunDocument, WorkflowStep } from "@tutti/protocol";
import { matches } from "./glob.ts";
import { inputsOf } from "./inputs.ts";
import { instancesOf, keyOf, stepById, stepState } from "./steps.ts";

const sameInputs = (left: Inputs, right: Inputs): boolean => {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
};

/** A recorded pass, skip or waiver whose inputs are still the present ones. */
export const instanceHolds = (state: RunDocument, key: string): boolean => {
  const { status } = stepState(state, key);
  if (status.kind !== "passed" && status.kind !== "skipped" && status.kind !== "waived")
    return false;
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

export const effectsOf = (state: RunDocument, key: string) =>
  Object.values(state.effects).filter(({ payload }) => "step" in payload && payload.step === key);
