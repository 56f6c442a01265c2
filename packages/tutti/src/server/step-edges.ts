/** How the steps of a run hang together: what each waits for, where it sends work back, what it judges. */
import type { RunDocument, StepKey, StepView, WorkflowStep } from "@tutti/protocol";
import { instancesOf, itemOf, keyOf, stepById, stepState } from "../domain/steps.ts";

type Edges = Pick<StepView, "judges" | "needs" | "sendsBack">;

export const edgesOf = (document: RunDocument, step: WorkflowStep, key: StepKey): Edges => ({
  needs: needsOf(document, step, key),
  sendsBack: sendsBackOf(document, step),
  judges: judgedBy(step),
});

/** A step that has no instance yet stands for those that it will have. */
const keysOf = (document: RunDocument, step: WorkflowStep): readonly StepKey[] => {
  const instances = instancesOf(document, step);
  return instances.length === 0 ? [keyOf(step.id)] : instances;
};

function needsOf(document: RunDocument, step: WorkflowStep, key: StepKey): StepKey[] {
  const own = keysOf(document, step);
  const repairs = document.repairs[step.id] ?? [];
  const repair = repairs.indexOf(key);
  if (repair > 0) return repairs.slice(repair - 1, repair);
  if (repair === 0) return own.filter((other) => !repairs.includes(other));
  const items = (itemOf(document, key)?.needs ?? [])
    .map((item) => keyOf(`${step.id}[${item}]`))
    .filter((needed) => own.includes(needed));
  if (items.length > 0) return items;
  return step.needs.flatMap((id) => keysOf(document, stepById(document, id)));
}

/** Work goes back to the newest repair, where a step has them; the first instance until there is one. */
function sendsBackOf(document: RunDocument, step: WorkflowStep): StepView["sendsBack"] {
  const edge = step.kind === "checks" || step.kind === "review" ? step.on_fail : undefined;
  if (edge === undefined) return null;
  const [first] = keysOf(document, stepById(document, edge.back_to));
  const to = document.repairs[edge.back_to]?.at(-1) ?? first ?? keyOf(edge.back_to);
  return { to, rounds: stepState(document, step.id).rounds, limit: edge.rounds };
}

function judgedBy(step: WorkflowStep): string[] {
  switch (step.kind) {
    case "approval":
      return step.of;
    case "review":
      return ["candidate"];
    case "checks":
      return step.run;
    case "agent":
      return step.gate.checks.concat(step.gate.reproduction === undefined ? [] : ["reproduction"]);
    case "merge":
      return [];
  }
}
