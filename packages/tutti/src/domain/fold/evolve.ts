/**
 * The fold: document + event → document. Pure and total: an event that was stored once is accepted
 * for ever. One function a family of events; none of them decides anything.
 */
import type { EventType, RunDocument } from "@tutti/protocol";
import { invariant } from "../invariant.ts";
import type { Happened } from "./happened.ts";
import { foldEgress } from "./egress.ts";
import { foldFinding } from "./finding.ts";
import { foldMessage } from "./message.ts";
import { foldQuestion } from "./question.ts";
import { foldRun, startDocument } from "./run.ts";
import { foldStep } from "./step.ts";
import { foldTurn } from "./turn.ts";
import { foldWork } from "./work.ts";

/** What persons read and say, and what asks for itself: it neither asks an older question anew nor answers it. */
const STILL: ReadonlySet<EventType> = new Set<EventType>([
  "run.paused",
  "run.resumed",
  "terminal.opened",
  "terminal.closed",
  "approval.given",
  "change.seen",
  "comment.added",
  "turn.messaged",
  "message.given",
  "message.withdrawn",
  "permission.asked",
  "permission.answered",
  "permission.remembered",
  "permission.voided",
  "question.asked",
  "question.answered",
  "question.voided",
  "egress.denied",
  "egress.allowed",
  "egress.refused",
]);

export const evolve = (state: RunDocument | null, event: Happened): RunDocument => {
  if (event.body.type === "run.started") {
    invariant(state === null, "a run starts once");
    return startDocument(event.body, event.at);
  }
  invariant(state !== null, "a run starts before anything else happens to it");
  const { at, body } = event;
  const movedAt = STILL.has(body.type) ? state.movedAt : at;
  const next = { ...state, version: state.version + 1, updatedAt: at, movedAt };
  return (
    foldRun(next, event) ??
    foldStep(next, event) ??
    foldTurn(next, event) ??
    foldEgress(next, event) ??
    foldFinding(next, event) ??
    foldMessage(next, event) ??
    foldQuestion(next, event) ??
    foldWork(next, event) ??
    next
  );
};

/** Replays a whole run. */
export const replay = (events: readonly Happened[]): RunDocument | null =>
  events.reduce<RunDocument | null>((state, event) => evolve(state, event), null);
