/** The candidate as a person wants it: without some hunks, or with them again. */
import type { EventBody } from "@tutti/protocol";
import { type Draft, emit } from "../draft.ts";
import { invariant } from "../invariant.ts";
import { checkpointAuthors } from "../lineage.ts";
import { stepByKey } from "../steps.ts";
import { failureOf } from "./failure.ts";
import type { Settled } from "./settled.ts";
import { restartGates } from "./turn.ts";

/** Of the comment that names what was left out. */
const WORDS_MAX_CHARS = 2000;

type Edited = Settled<"checkpoint.create">;
type Made = Extract<Edited["result"], { kind: "checkpoint.created" }>;

export const settleEdit = (draft: Draft, { payload, result }: Edited): void => {
  if (result.kind !== "checkpoint.created") {
    const text = `what ${payload.by} asked of the candidate could not be done: ${failureOf(result).message}`;
    emit(draft, { type: "comment.added", by: "tutti", on: "candidate", text });
    return;
  }
  emit(draft, eventOf(draft, payload, result));
  emit(draft, { type: "comment.added", by: payload.by, on: "candidate", text: wordsOf(payload) });
  restartGates(draft);
  reopenFailedGates(draft);
};

const eventOf = ({ state }: Draft, { edit, by }: Edited["payload"], made: Made): EventBody => {
  invariant(edit, "an edit says what it does");
  const { candidate, parent, changed } = made;
  if (edit.kind === "put-back")
    return { type: "candidate.restored", candidate, instead: parent, by };
  return {
    type: "checkpoint.created",
    candidate,
    parent,
    changed,
    step: null,
    by,
    family: "human",
    authors: [...checkpointAuthors(state, { by, isPerson: true })],
    leftOut: { before: edit.candidate, files: edit.files },
  };
};

/** For the record, and for an author who comes later and must not bring it in again. */
const wordsOf = ({ edit }: Edited["payload"]): string => {
  if (edit?.kind !== "leave-out") return "What was left out of the change is in it again.";
  const parts = edit.files.map(({ path, hunks }) =>
    hunks === null ? JSON.stringify(path) : `${JSON.stringify(path)} (${hunks.join("; ")})`,
  );
  const text = `Left out of the change on purpose: ${parts.join(", ")}`;
  return text.length > WORDS_MAX_CHARS ? `${text.slice(0, WORDS_MAX_CHARS)} …` : text;
};

/** A gate that refused another candidate has said nothing about this one. */
const reopenFailedGates = (draft: Draft): void => {
  for (const { key, status, rounds } of Object.values(draft.state.steps)) {
    if (status.kind !== "failed" || stepByKey(draft.state, key).kind === "agent") continue;
    const facts = { summary: "the candidate changed", details: [] };
    emit(draft, { type: "step.reopened", step: key, because: key, facts, round: rounds });
  }
};
