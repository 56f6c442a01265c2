import type { EffectResult } from "@tutti/protocol";
import { type Draft, emit } from "../draft.ts";
import { requestBaseline } from "../start.ts";
import { failureOf } from "./failure.ts";

export const settlePrepare = (draft: Draft, result: EffectResult): void => {
  if (result.kind === "workspace.prepared") {
    emit(draft, { type: "workspace.prepared", root: result.root, facts: result.facts });
    requestBaseline(draft);
    return;
  }
  emit(draft, { type: "workspace.broken", failure: failureOf(result) });
};

/** A cancelled run ends only when its work is parked and its workspace is gone. */
export const settleDispose = (draft: Draft, result: EffectResult): void => {
  if (result.kind === "workspace.disposed")
    emit(draft, {
      type: "workspace.disposed",
      parked: result.parked,
      ...(result.vault === undefined ? {} : { vault: result.vault }),
    });
  else emit(draft, { type: "workspace.broken", failure: failureOf(result) });
  const { cancelled, finished } = draft.state;
  if (cancelled !== null && finished === null)
    emit(draft, { type: "run.finished", outcome: "cancelled", reason: cancelled });
};
