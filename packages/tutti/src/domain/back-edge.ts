/** Back edges: a failing step sends the work back to a step that writes the workspace, a bounded number of times. */
import {
  type Facts,
  type RunDocument,
  type StepKey,
  type StepState,
  type WorkflowStep,
} from "@tutti/protocol";
import { type Draft, emit, fail } from "./draft.ts";
import { instancesOf, keyOf, stepById, stepState } from "./steps.ts";

const onFailOf = (step: WorkflowStep) =>
  step.kind === "checks" || step.kind === "review" ? step.on_fail : undefined;

/** A `for_each` step gets one repair instance on the present candidate; any other is opened again. */
const targetKey = (state: RunDocument, id: string): StepKey => {
  const target = stepById(state, id);
  if (target.kind !== "agent" || target.for_each === undefined) return keyOf(id);
  return keyOf(`${id}[fix-${(state.repairs[id]?.length ?? 0) + 1}]`);
};

/** A step whose pass no longer matters is opened again with the facts. */
export const reopen = (
  draft: Draft,
  edge: { id: string; because: StepKey; facts: Facts; round: number },
): void =>
  emit(draft, {
    type: "step.reopened",
    step: targetKey(draft.state, edge.id),
    because: edge.because,
    facts: edge.facts,
    round: edge.round,
  });

/** A gate that sent the work back as often as it may. */
export const hasGoneRound = (
  step: WorkflowStep,
  { rounds }: Pick<StepState, "rounds">,
): boolean => {
  const edge = onFailOf(step);
  return edge !== undefined && rounds > 0 && rounds >= edge.rounds;
};

/** Fails a gate: back to the author with the facts while rounds are left, else a person is asked. */
export const failGate = (draft: Draft, step: WorkflowStep, facts: Facts): void => {
  const key = keyOf(step.id);
  fail(draft, key, facts);
  const edge = onFailOf(step);
  const { rounds } = stepState(draft.state, key);
  if (edge === undefined || rounds >= edge.rounds) return;
  reopen(draft, { id: edge.back_to, because: key, facts, round: rounds + 1 });
};

/** The step that a person's "ask for changes" goes to: the last one that writes the workspace. */
export const authorStep = (state: RunDocument): WorkflowStep | null =>
  state.workflow.steps.findLast((step) => step.kind === "agent" && step.access === "workspace") ??
  null;

export const isAuthorBusy = (state: RunDocument): boolean => {
  const author = authorStep(state);
  if (author === null) return false;
  return instancesOf(state, author).some((key) => stepState(state, key).status.kind === "active");
};
