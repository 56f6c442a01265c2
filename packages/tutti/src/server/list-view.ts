/** A run in a list: what the store keeps for lists, what it took, and what the clock tells of it. */
import type { RunId, RunSummary } from "@tutti/protocol";
import { boardOf } from "../domain/board.ts";
import type { Engine } from "../engine/api.ts";
import type { RunSummary as StoredSummary } from "../engine/ports/store.ts";
import { runTotals } from "./usage-view.ts";

type Lists = Pick<Engine, "document" | "status" | "usage">;

export function listView(engine: Lists, item: StoredSummary): RunSummary {
  const usage = runTotals(engine, item.id);
  const { board, ...summary } = item;
  // What is stored changes with events only; that an agent is silent is known by the clock.
  const text = (item.state === "working" ? engine.status(item.id)?.text : null) ?? item.text;
  return { ...summary, text, usage, ...(board ?? boardIn(engine, item.id)) };
}

/** Of a run whose last event was stored by a version that kept none of it in its summary. */
function boardIn(
  engine: Pick<Engine, "document">,
  run: RunId,
): Pick<RunSummary, "column" | "families"> {
  const document = engine.document(run);
  return document === null ? {} : boardOf(document);
}
