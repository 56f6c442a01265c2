/** A run in a list: what the store keeps for lists, and what is derived from its document. */
import type { BoardColumn, RunDocument, RunId, RunSummary } from "@tutti/protocol";
import { stepOutcome } from "../domain/status.ts";
import { instancesOf, keyOf } from "../domain/steps.ts";
import type { Engine } from "../engine/api.ts";
import { familiesOf } from "./run-view.ts";
import { runTotals } from "./usage-view.ts";

type Lists = Pick<Engine, "document" | "status" | "usage">;

export function listView(
  engine: Lists,
  item: Omit<RunSummary, "usage" | "column" | "families"> & { readonly id: RunId },
): RunSummary {
  const usage = runTotals(engine, item.id);
  const document = engine.document(item.id);
  if (document === null) return { ...item, usage };
  const { authors, reviewers } = familiesOf(document);
  // What is stored changes with events only; that an agent is silent is known by the clock.
  const text = (item.state === "working" ? engine.status(item.id)?.text : null) ?? item.text;
  return { ...item, text, usage, column: columnOf(document), families: { authors, reviewers } };
}

const BEHIND = new Set(["passed", "skipped", "waived"]);

/**
 * Where a run stands, by the first of its steps that is not behind it: an agent's step is work, what
 * judges it is review, and with nothing but the merge ahead it is ready. So is what ended on a branch.
 */
export function columnOf(document: RunDocument): BoardColumn {
  const { finished } = document;
  if (finished !== null) return finished.outcome === "completed" ? "ready" : "done";
  const open = document.workflow.steps.filter((step) => {
    const instances = instancesOf(document, step);
    const keys = instances.length === 0 ? [keyOf(step.id)] : instances;
    return !keys.every((key) => BEHIND.has(stepOutcome(document, key)));
  });
  const [first] = open;
  if (first === undefined || first.kind === "merge") return "ready";
  if (first.kind === "agent") return "working";
  if (first.kind !== "approval") return "review";
  const isLast =
    first.of.includes("candidate") && open.slice(1).every(({ kind }) => kind === "merge");
  return isLast ? "ready" : "review";
}
