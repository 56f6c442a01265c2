/** Turns of agents: who wrote, who judged, what was taken. */
import type { DayTotals, Effect, EventOf, RunDocument, TurnTotals, Usage } from "@tutti/protocol";
import { dayOf } from "../budget.ts";
import { UNACCOUNTED_TURNS_MAX } from "../limits.ts";
import { cancelledWriters, mergeAuthors, writersOf } from "../lineage.ts";
import type { Happened } from "./happened.ts";

const NO_DAY: DayTotals = { durationMs: 0, tokens: 0, usd: 0 };

/** What an agent said itself counts only where nothing was metered. */
const reportedBy = (body: EventOf<"turn.ended">): Usage | null =>
  body.lineage === "metered" ? null : body.usage;

const addUsage = (left: Usage | null, right: Usage | null): Usage | null => {
  if (left === null || right === null) return left ?? right;
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    costUsd:
      left.costUsd === null || right.costUsd === null
        ? (left.costUsd ?? right.costUsd)
        : left.costUsd + right.costUsd,
  };
};

const totalsWith = (turns: readonly TurnTotals[], body: EventOf<"turn.ended">): TurnTotals[] => {
  const { step, agent } = body;
  const known = turns.find((turn) => turn.step === step && turn.agent === agent);
  // The account of a cancelled turn may come after that of the turn in its place.
  const { lineage, served } = body.cancelled === undefined ? body : (known ?? body);
  const next: TurnTotals = {
    step,
    agent,
    turns: (known?.turns ?? 0) + 1,
    durationMs: (known?.durationMs ?? 0) + body.durationMs,
    reported: addUsage(known?.reported ?? null, reportedBy(body)),
    lineage,
    served,
  };
  return known === undefined
    ? [...turns, next]
    : turns.map((turn) => (turn === known ? next : turn));
};

const dayWith = (day: DayTotals, body: EventOf<"turn.ended">): DayTotals => {
  const reported = reportedBy(body);
  return {
    durationMs: day.durationMs + body.durationMs,
    tokens: day.tokens + (reported === null ? 0 : reported.inputTokens + reported.outputTokens),
    usd: day.usd + (reported?.costUsd ?? 0),
  };
};

/**
 * A turn that was cancelled: nobody knows yet what it did, and the next commit must not wait for that. So
 * its agent counts as a writer at once; models and minutes follow when its worker has ended.
 */
export const foldCancelled = (
  state: RunDocument,
  effect: Effect | undefined,
  at: number,
): RunDocument => {
  const { payload, notBefore } = effect ?? {};
  const isTurn = payload?.kind === "agent.turn" || payload?.kind === "review.turn";
  const hasBegun = (notBefore ?? at) <= at;
  if (effect === undefined || !isTurn || !hasBegun) return state;
  return {
    ...state,
    writers: mergeAuthors(state.writers, cancelledWriters(state, payload)),
    unaccounted: [...state.unaccounted, effect].slice(-UNACCOUNTED_TURNS_MAX),
  };
};

/** Null: not an event of this family. */
export const foldTurn = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "turn.ended": {
      const day = dayOf(at);
      return {
        ...state,
        turns: totalsWith(state.turns, body),
        writers: mergeAuthors(state.writers, writersOf(state, body)),
        unaccounted: state.unaccounted.filter(({ id }) => id !== body.cancelled),
        days: { ...state.days, [day]: dayWith(state.days[day] ?? NO_DAY, body) },
      };
    }
    case "budget.raised": {
      const { raised } = state;
      return {
        ...state,
        raised: { ...raised, [body.scope]: { ...raised[body.scope], ...body.budget } },
      };
    }
    default:
      return null;
  }
};
