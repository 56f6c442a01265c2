/** The merge train: every run with nothing but its merge ahead, derived from the documents. */
import {
  type EffectKind,
  type LandedView,
  type Landings,
  LandingState,
  type LandingView,
  type RunDocument,
  type RunStatus,
} from "@tutti/protocol";
import { effectsOf, keyOf, stepState } from "../domain/steps.ts";
import type { Engine } from "../engine/api.ts";
import { eachRun, OPEN_STATES } from "./fleet-view.ts";
import { columnOf } from "../domain/board.ts";

/** Merges that are told after they were made. */
const LANDED_MAX = 10;

type Unplaced = Omit<LandingView, "position">;

export function landingsView(engine: Pick<Engine, "document" | "runs" | "status">): Landings {
  const open = [...eachRun(engine, OPEN_STATES)].flatMap(({ id }) => {
    const [document, status] = [engine.document(id), engine.status(id)];
    const view = document === null || status === null ? null : landingOf(document, status);
    return view === null ? [] : [view];
  });
  const merged = engine.runs({ states: ["merged"], limit: LANDED_MAX }).items;
  return {
    items: placed(open),
    landed: merged.flatMap(({ id }) => landedOf(engine.document(id)) ?? []),
  };
}

const rank = ({ state }: Unplaced): number => LandingState.options.indexOf(state);

/** Each branch has a train of its own. */
export function placed(views: readonly Unplaced[]): LandingView[] {
  const taken = new Map<string, number>();
  return views
    .toSorted((one, other) => rank(one) - rank(other) || one.since - other.since)
    .map((view) => {
      const train = `${view.project.id} ${view.target.branch}`;
      const position = (taken.get(train) ?? 0) + 1;
      taken.set(train, position);
      return { ...view, position };
    });
}

/** Null for a run that has more ahead than its merge. */
export function landingOf(document: RunDocument, status: RunStatus): Unplaced | null {
  const stood = standingOf(document, status);
  if (stood === null) return null;
  const { id, task, project, target, candidate, landing, refusal } = document;
  const isOfCandidate = landing !== null && landing.candidate.commit === candidate?.commit;
  return {
    run: id,
    title: task.title,
    project,
    target,
    ...stood,
    candidate: candidate?.commit ?? null,
    tip: isOfCandidate ? landing.tip : null,
    overlap: isOfCandidate ? landing.overlap : [],
    refusal:
      refusal === null
        ? null
        : { reason: refusal.reason, message: refusal.message, paths: refusal.paths },
  };
}

type Standing = Pick<LandingView, "since" | "state">;

/** By what Tutti does of the merge. */
const AT_WORK: Partial<Record<EffectKind, LandingState>> = {
  "landing.prepare": "preparing",
  "checks.run": "verifying",
  "merge.apply": "merging",
};

function standingOf(document: RunDocument, { attention }: RunStatus): Standing | null {
  const step = document.workflow.steps.find(({ kind }) => kind === "merge");
  if (step === undefined || columnOf(document) !== "ready") return null;
  const key = keyOf(step.id);
  const { attempts, status } = stepState(document, key);
  const since = attempts.at(-1)?.startedAt ?? document.movedAt;
  const [effect] = effectsOf(document, key);
  const state = effect === undefined ? undefined : AT_WORK[effect.payload.kind];
  if (state !== undefined) return { state, since };
  if (status.kind === "failed") {
    const isConflict = document.refusal?.reason === "conflict";
    return { state: isConflict ? "conflict" : "refused", since: status.at };
  }
  const asked = attention.find(({ kind }) => kind !== "egress");
  if (asked !== undefined) return { state: "approval", since: asked.since };
  return { state: document.paused === null ? "ready" : "paused", since: document.updatedAt };
}

function landedOf(document: RunDocument | null): LandedView | null {
  if (document === null || document.merged === null) return null;
  const { id, task, project, merged } = document;
  const { target, commit, at } = merged;
  return { run: id, title: task.title, project, target, commit, at };
}
