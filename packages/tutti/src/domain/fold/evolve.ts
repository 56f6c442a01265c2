/**
 * The fold: document + event → document. Pure and total: an event that was stored once is accepted
 * for ever. One function a family of events; none of them decides anything.
 */
import type { RunDocument } from "@tutti/protocol";
import { invariant } from "../invariant.ts";
import type { Happened } from "./happened.ts";
import { foldEgress } from "./egress.ts";
import { foldFinding } from "./finding.ts";
import { foldRun, startDocument } from "./run.ts";
import { foldStep } from "./step.ts";
import { foldTurn } from "./turn.ts";
import { foldWork } from "./work.ts";

export const evolve = (state: RunDocument | null, event: Happened): RunDocument => {
  if (event.body.type === "run.started") {
    invariant(state === null, "a run starts once");
    return startDocument(event.body, event.at);
  }
  invariant(state !== null, "a run starts before anything else happens to it");
  const next = { ...state, version: state.version + 1, updatedAt: event.at };
  return (
    foldRun(next, event) ??
    foldStep(next, event) ??
    foldTurn(next, event) ??
    foldEgress(next, event) ??
    foldFinding(next, event) ??
    foldWork(next, event) ??
    next
  );
};

/** Replays a whole run. */
export const replay = (events: readonly Happened[]): RunDocument | null =>
  events.reduce<RunDocument | null>((state, event) => evolve(state, event), null);
