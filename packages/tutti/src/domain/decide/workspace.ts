/** A person works in the workspace; the commits become a checkpoint by that person and every gate runs again. */
import type { Rejected } from "@tutti/protocol";
import { type Draft, emit, reject, request } from "../draft.ts";
import { isHandingOver, isWriter, stepByKey } from "../steps.ts";
import { actorName } from "./run.ts";

export const takeWorkspace = (draft: Draft): Rejected | null => {
  const { state } = draft;
  if (state.workspace.kind !== "ready")
    return reject("workspace.not-ready", "the workspace is not ready");
  if (state.takenBy !== null)
    return reject("workspace.taken", `${state.takenBy} has the workspace`);
  if (isHandingOver(state))
    return reject("workspace.busy", "the work given back is being made a commit");
  const busy = Object.values(state.steps).some(
    (step) => step.status.kind === "active" && isWriter(stepByKey(state, step.key)),
  );
  if (busy) return reject("workspace.busy", "an agent is working in the workspace");
  emit(draft, { type: "workspace.taken", by: actorName(draft) });
  return null;
};

export const giveWorkspace = (draft: Draft): Rejected | null => {
  if (draft.state.takenBy === null)
    return reject("workspace.not-ready", "nobody has taken the workspace");
  if (draft.state.terminals.some(({ access }) => access === "writable"))
    return reject("terminal.open", "a terminal that writes the workspace is still open");
  const by = actorName(draft);
  emit(draft, { type: "workspace.given", by });
  request(draft, { kind: "checkpoint.create", step: null, message: `work by ${by}`, by });
  return null;
};
