/** A decision in the making: events so far and the document they lead to. Local to one call of `decide`. */
import {
  type Actor,
  EffectId,
  type Effect,
  type EffectPayload,
  type ErrorCode,
  type EventBody,
  type Facts,
  type Failure,
  type Rejected,
  type RunDocument,
  type StepKey,
} from "@tutti/protocol";
import { evolve } from "./fold/evolve.ts";
import { inputsOf } from "./inputs.ts";
import { invariant } from "./invariant.ts";
import { EVENTS_PER_DECISION_MAX } from "./limits.ts";
import { effectsOf, stepState } from "./steps.ts";

export type Draft = {
  state: RunDocument;
  readonly events: EventBody[];
  readonly now: number;
  readonly actor: Actor;
};

export type Context = { readonly now: number; readonly actor: Actor };

export const emit = (draft: Draft, body: EventBody): void => {
  invariant(draft.events.length < EVENTS_PER_DECISION_MAX, "a decision is bounded");
  draft.events.push(body);
  draft.state = evolve(draft.state, { body, at: draft.now });
};

export const reject = (code: ErrorCode, message: string): Rejected => ({
  kind: "rejected",
  code,
  message,
});

/** The id is derived from the run and a counter, so that a replay names the same effects. */
export const request = (
  draft: Draft,
  payload: EffectPayload,
  notBefore: number | null = null,
): void => {
  const { id: run, effectsRequested } = draft.state;
  const effect: Effect = {
    id: EffectId.parse(`e-${run.slice(2)}-${effectsRequested + 1}`),
    run,
    payload,
    notBefore,
  };
  emit(draft, { type: "effect.requested", effect });
};

/** What it asked goes with it: nobody waits for the answer any more. */
export const voidAsked = (
  draft: Draft,
  isIt: (asked: { readonly id: string; readonly effect: EffectId }) => boolean,
  reason: string,
): void => {
  for (const { id } of draft.state.permissions.filter((asked) => isIt(asked)))
    emit(draft, { type: "permission.voided", permission: id, reason });
  for (const { id } of draft.state.questions.filter((asked) => isIt(asked)))
    emit(draft, { type: "question.voided", question: id, reason });
};

export const cancelEffects = (draft: Draft, effects: readonly Effect[], reason: string): void => {
  for (const { id } of effects) {
    voidAsked(draft, ({ effect }) => effect === id, reason);
    emit(draft, { type: "effect.cancelled", effect: id, reason });
  }
};

export const startAttempt = (draft: Draft, key: StepKey, agent: string | null): number => {
  const attempt = (stepState(draft.state, key).attempts.at(-1)?.number ?? 0) + 1;
  emit(draft, {
    type: "step.started",
    step: key,
    attempt,
    inputs: inputsOf(draft.state, key),
    agent,
  });
  return attempt;
};

export const endAttempt = (
  draft: Draft,
  key: StepKey,
  end: {
    outcome: string;
    usage?: { inputTokens: number; outputTokens: number; costUsd: number | null } | null;
    facts?: Facts | null;
  },
): void => {
  const open = stepState(draft.state, key).attempts.findLast((attempt) => attempt.endedAt === null);
  if (open === undefined) return;
  emit(draft, {
    type: "step.attempt-ended",
    step: key,
    attempt: open.number,
    outcome: end.outcome,
    usage: end.usage ?? null,
    facts: end.facts ?? null,
  });
};

/** A restart cut the attempt off: the step goes on with a new one, on the same inputs. */
export const continueAttempt = (draft: Draft, key: StepKey): void => {
  endAttempt(draft, key, { outcome: "interrupted" });
  const { status, attempts } = stepState(draft.state, key);
  invariant(status.kind === "active", "only an active step goes on");
  const attempt = (attempts.at(-1)?.number ?? 0) + 1;
  emit(draft, { type: "step.started", step: key, attempt, inputs: status.inputs, agent: null });
};

export const pass = (
  draft: Draft,
  key: StepKey,
  result: {
    outputs?: Record<string, string>;
    evidence: string[];
    usage?: { inputTokens: number; outputTokens: number; costUsd: number | null } | null;
  },
): void => {
  endAttempt(draft, key, { outcome: "passed", usage: result.usage ?? null });
  const { status } = stepState(draft.state, key);
  const inputs = status.kind === "active" ? status.inputs : inputsOf(draft.state, key);
  emit(draft, {
    type: "step.passed",
    step: key,
    inputs,
    outputs: result.outputs ?? {},
    evidence: result.evidence,
  });
};

/** Facts for people and for the next prompt; the failure behind them where one came from outside. */
export type Reason = Facts & { readonly failure?: Failure | null };

export const fail = (draft: Draft, key: StepKey, reason: Reason): void => {
  const facts: Facts = { summary: reason.summary, details: reason.details };
  endAttempt(draft, key, { outcome: "failed", facts });
  cancelEffects(draft, effectsOf(draft.state, key), "the step failed");
  emit(draft, { type: "step.failed", step: key, facts, failure: reason.failure ?? null });
};
