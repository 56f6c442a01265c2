/** The boxes of the graph: one for each step of the workflow, with the instances that it has. */
import type { StepView } from "@tutti/protocol";

export type Box = {
  readonly id: string;
  /** In their order; one of the same name as the box where the step has no items. */
  readonly steps: readonly StepView[];
  /** Boxes before it, without those that another of them comes after. */
  readonly needs: readonly string[];
  readonly sendsBack: { readonly to: string; readonly rounds: number } | null;
};

/** `build[P1]` → `build`. */
const boxOf = (step: string): string => step.replace(/\[.*$/u, "");

export function boxesOf(steps: readonly StepView[]): readonly Box[] {
  const byBox = Map.groupBy(steps, ({ id }) => boxOf(id));
  const needs = new Map([...byBox].map(([id, own]) => [id, neededBy(id, own)]));
  return [...byBox].map(([id, own]) => ({
    id,
    steps: own,
    needs: nearest(needs, id),
    sendsBack: sentBack(own),
  }));
}

const neededBy = (id: string, own: readonly StepView[]): readonly string[] =>
  [...new Set(own.flatMap((step) => step.needs.map((need) => boxOf(need))))].filter(
    (need) => need !== id,
  );

const sentBack = ([first]: readonly StepView[]): Box["sendsBack"] =>
  first === undefined || first.sendsBack === null
    ? null
    : { to: boxOf(first.sendsBack.to), rounds: first.sendsBack.rounds };

type Needs = ReadonlyMap<string, readonly string[]>;

/** An edge that a longer way stands for would only cross the boxes on that way. */
const nearest = (needs: Needs, id: string): readonly string[] => {
  const direct = needs.get(id) ?? [];
  return direct.filter(
    (one) => !direct.some((other) => other !== one && comesAfter(needs, other, one)),
  );
};

function comesAfter(needs: Needs, id: string, earlier: string): boolean {
  const seen = new Set<string>();
  const queue = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(needs.get(next) ?? []));
  }
  return id !== earlier && seen.has(earlier);
}
