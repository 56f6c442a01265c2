import { type EventBody, type EventOf, FOLD_VERSION, type RunDocument } from "@tutti/protocol";
import { foldAnswersOf } from "./question.ts";
import type { Happened } from "./happened.ts";
import { foldCancelled } from "./turn.ts";

export const startDocument = (body: EventOf<"run.started">, at: number): RunDocument => ({
  fold: FOLD_VERSION,
  id: body.run,
  version: 1,
  startedAt: at,
  updatedAt: at,
  movedAt: at,
  requestedBy: body.requestedBy,
  task: body.task,
  project: body.project,
  workflow: body.workflow,
  workflowHash: body.workflowHash,
  policy: body.policy,
  roles: body.roles ?? {},
  base: body.base,
  target: body.target,
  warnings: body.warnings,
  paused: null,
  cancelled: null,
  finished: null,
  workspace: { kind: "none" },
  takenBy: null,
  terminals: [],
  steps: {},
  repairs: {},
  artifacts: {},
  candidate: null,
  leftOut: [],
  seen: [],
  authors: [],
  writers: [],
  unaccounted: [],
  turns: [],
  days: {},
  raised: { run: {}, day: {} },
  changed: [],
  approvals: [],
  allowed: [],
  degraded: [],
  checks: [],
  reviews: [],
  findings: [],
  proofs: [],
  permissions: [],
  egress: { denied: [], allowed: [], refused: [] },
  voided: [],
  questions: [],
  voidedQuestions: [],
  answeredQuestions: [],
  remembered: [],
  comments: [],
  landing: null,
  merged: null,
  refusal: null,
  effects: {},
  effectsRequested: 0,
});

const without = <Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

/** Life of the run, its workspace and its effects. Null: not an event of this family. */
export const foldRun = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "run.paused":
      return { ...state, paused: body.reason };
    case "run.resumed":
      return { ...state, paused: null };
    case "run.cancelled":
      return { ...state, cancelled: body.reason, paused: null, takenBy: null };
    case "run.finished":
      return { ...state, finished: { outcome: body.outcome, reason: body.reason, at } };
    case "effect.requested":
      return {
        ...state,
        effects: { ...state.effects, [body.effect.id]: body.effect },
        effectsRequested: state.effectsRequested + 1,
      };
    case "effect.settled":
      return {
        ...foldAnswersOf(state, body.effect, { isWhole: body.outcome === "turn.ended" }),
        effects: without(state.effects, body.effect),
      };
    case "effect.cancelled": {
      const cancelled = foldCancelled(state, state.effects[body.effect], at);
      return {
        ...foldAnswersOf(cancelled, body.effect, { isWhole: false }),
        effects: without(state.effects, body.effect),
      };
    }
    default:
      return foldPlace(state, body, at);
  }
};

const foldPlace = (state: RunDocument, body: EventBody, at: number): RunDocument | null => {
  switch (body.type) {
    case "workspace.prepared":
      return { ...state, workspace: { kind: "ready", root: body.root, facts: body.facts } };
    case "workspace.broken":
      return { ...state, workspace: { kind: "broken", failure: body.failure, at } };
    case "workspace.disposed": {
      const vault = body.vault === undefined ? {} : { vault: body.vault };
      return { ...state, workspace: { kind: "disposed", parked: body.parked, ...vault } };
    }
    case "workspace.taken":
      return { ...state, takenBy: body.by };
    case "workspace.given":
      return { ...state, takenBy: null };
    case "terminal.opened": {
      const { terminal: id, by, access } = body;
      return { ...state, terminals: [...state.terminals, { id, by, access, since: at }] };
    }
    case "terminal.closed":
      return { ...state, terminals: state.terminals.filter(({ id }) => id !== body.terminal) };
    default:
      return null;
  }
};
