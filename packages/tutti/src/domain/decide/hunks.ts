/**
 * A person leaves hunks out of the candidate, or takes that back. Either makes another candidate, so
 * that whatever was said of the one before holds no more: checks and reviews run again.
 */
import type { CommandOf, CommitId, Rejected, RunDocument } from "@tutti/protocol";
import { type Draft, emit, reject, request } from "../draft.ts";
import { stepHolds } from "../holds.ts";
import { unseenOf } from "../seen.ts";
import { isHandingOver, isWriter } from "../steps.ts";
import { actorName } from "./run.ts";

/** Null while the candidate is this one, and nobody else is about to change it. */
const refusalOf = (state: RunDocument, commit: CommitId): Rejected | null => {
  const { candidate, workspace, takenBy } = state;
  if (workspace.kind !== "ready")
    return reject("workspace.not-ready", "the workspace is not ready");
  if (takenBy !== null) return reject("workspace.taken", `${takenBy} has the workspace`);
  if (isHandingOver(state))
    return reject("workspace.busy", "a person's change is being made a candidate");
  const writer = state.workflow.steps.find((step) => isWriter(step) && !stepHolds(state, step));
  if (writer !== undefined)
    return reject(
      "workspace.busy",
      `${writer.id} is not done: its author will change the candidate`,
    );
  if (candidate?.commit !== commit)
    return reject("candidate.moved", `the candidate is ${candidate?.commit ?? "not there"} now`);
  return null;
};

export const seeChange = (draft: Draft, command: CommandOf<"change.see">): Rejected | null => {
  const { state } = draft;
  const { candidate, files } = command;
  if (state.candidate?.commit !== candidate)
    return reject(
      "candidate.moved",
      `the candidate is ${state.candidate?.commit ?? "not there"} now`,
    );
  const by = actorName(draft);
  const unseen = unseenOf(state, by, files);
  if (unseen.length > 0) emit(draft, { type: "change.seen", candidate, files: unseen, by });
  return null;
};

export const leaveOut = (draft: Draft, command: CommandOf<"hunks.leave-out">): Rejected | null => {
  const { state } = draft;
  const refusal = refusalOf(state, command.candidate);
  if (refusal !== null || state.candidate === null) return refusal;
  const by = actorName(draft);
  const { files, reason } = command;
  const message = reason === undefined ? "Leave out parts of the change" : `Leave out: ${reason}`;
  const { candidate, base } = state;
  request(draft, {
    kind: "checkpoint.create",
    step: null,
    message,
    by,
    edit: { kind: "leave-out", base: base.commit, candidate, files },
  });
  if (reason !== undefined)
    emit(draft, { type: "comment.added", by, on: "candidate", text: reason });
  return null;
};

export const putBack = (draft: Draft, command: CommandOf<"hunks.put-back">): Rejected | null => {
  const { state } = draft;
  const refusal = refusalOf(state, command.candidate);
  if (refusal !== null) return refusal;
  const last = state.leftOut.at(-1);
  if (last === undefined) return reject("hunks.none", "nothing was left out of the candidate");
  const by = actorName(draft);
  const { candidate, before } = last;
  const message = "Take back in what was left out";
  const edit = { kind: "put-back", candidate, before } as const;
  request(draft, { kind: "checkpoint.create", step: null, message, by, edit });
  return null;
};
