/** Steps and their instances. Everything here is derived from the document. */
import {
  type AgentStep,
  type Candidate,
  type Effect,
  type PlanItem,
  type RunDocument,
  StepKey,
  type StepState,
  type WorkflowStep,
} from "@tutti/protocol";
import { invariant } from "./invariant.ts";

export const keyOf = (text: string): StepKey => StepKey.parse(text);

/** `build[P1]` → `build`. */
export const stepIdOf = (key: string): string => key.replace(/\[.*$/u, "");
/** `build[P1]` → `P1`; `build` → null. */
export const instanceOf = (key: string): string | null =>
  /\[(?<name>[^\]]+)\]$/u.exec(key)?.groups?.["name"] ?? null;

export const stepById = (state: RunDocument, id: string): WorkflowStep => {
  const step = state.workflow.steps.find((candidate) => candidate.id === id);
  invariant(step, `the workflow has a step ${id}`);
  return step;
};
export const stepByKey = (state: RunDocument, key: string): WorkflowStep =>
  stepById(state, stepIdOf(key));

/** In the plan's order, but none before those it needs. */
const planItems = (state: RunDocument): readonly PlanItem[] => {
  const data = state.artifacts["plan.yaml"]?.data;
  const items = data?.kind === "plan" ? data.plan.items : [];
  const ordered = new Set<PlanItem>();
  const visited = new Set<string>();
  const visit = (item: PlanItem): void => {
    if (visited.has(item.id)) return;
    visited.add(item.id);
    for (const needed of items.filter(({ id }) => item.needs.includes(id))) visit(needed);
    ordered.add(item);
  };
  for (const item of items) visit(item);
  return [...ordered];
};

/** A person went on without a plan, so there is none to wait for. */
const isPlanLeftOut = (state: RunDocument): boolean =>
  state.workflow.steps.some((step) => {
    if (step.kind !== "agent" || !step.produces.includes("plan.yaml")) return false;
    const { kind } = stepState(state, step.id).status;
    return kind === "waived" || kind === "skipped";
  });

export const itemOf = (state: RunDocument, key: string): PlanItem | null =>
  planItems(state).find((item) => item.id === instanceOf(key)) ?? null;

/** The instances that exist now; a step without `for_each` is its own only instance. */
export const instancesOf = (state: RunDocument, step: WorkflowStep): readonly StepKey[] => {
  if (step.kind !== "agent" || step.for_each === undefined) return [keyOf(step.id)];
  const items = planItems(state).map((item) => keyOf(`${step.id}[${item.id}]`));
  const repairs = state.repairs[step.id] ?? [];
  if (items.length > 0) return [...items, ...repairs];
  return isPlanLeftOut(state) ? [keyOf(step.id), ...repairs] : [];
};

/** Whether the key names a step or an instance that exists now; an item may have left the plan. */
export const isInstance = (state: RunDocument, key: StepKey): boolean => {
  const step = state.workflow.steps.find((candidate) => candidate.id === stepIdOf(key));
  return step !== undefined && instancesOf(state, step).includes(key);
};

const UNTOUCHED: Omit<StepState, "key"> = {
  status: { kind: "pending" },
  attempts: [],
  tries: 0,
  rounds: 0,
  facts: [],
};
export const stepState = (state: RunDocument, key: string): StepState =>
  state.steps[key] ?? { key: keyOf(key), ...UNTOUCHED };

/** All steps before this one in the graph. */
export const upstreamOf = (state: RunDocument, step: WorkflowStep): readonly WorkflowStep[] => {
  const seen = new Set<string>();
  const queue = [...step.needs];
  while (queue.length > 0) {
    const id = queue.pop();
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    queue.push(...stepById(state, id).needs);
  }
  return state.workflow.steps.filter((candidate) => seen.has(candidate.id));
};

/** Does this step write the workspace? One writer at a time. */
export const isWriter = (step: WorkflowStep): step is AgentStep =>
  step.kind === "agent" && step.access === "workspace";

/** A person gave the workspace back, and the commit of that work is not there yet. */
export const isHandingOver = (state: RunDocument): boolean =>
  Object.values(state.effects).some(
    ({ payload }) => payload.kind === "checkpoint.create" && payload.step === null,
  );

/** A person has the evidence of a finding run again: its verdict, and the gate it stands in, may change. */
export const isRerunning = (state: RunDocument): boolean =>
  Object.values(state.effects).some(
    ({ payload }) => payload.kind === "evidence.run" && payload.by !== undefined,
  );

/** A person has the workspace, or gave it back just now: its content is not the candidate. */
export const isPersonAtWork = (state: RunDocument): boolean =>
  state.takenBy !== null || isHandingOver(state);

/** What there is now: the candidate, or the base while there is none. */
export const presentTree = ({ candidate, base }: RunDocument): Candidate =>
  candidate ?? { commit: base.commit, tree: base.tree };

/** Effects of a step that are requested and not settled. */
export const effectsOf = (state: RunDocument, key: string): readonly Effect[] =>
  Object.values(state.effects).filter(({ payload }) => "step" in payload && payload.step === key);
