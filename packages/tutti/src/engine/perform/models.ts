/**
 * What a turn may ask of models, and what it took. The gateway bounds and meters what goes through
 * it; what agents only report themselves, and the time of turns, is bounded here, before the next turn.
 */
import {
  type Budget,
  type BudgetMeasure,
  type BudgetScope,
  type BudgetStop,
  type Effect,
  type EffectResult,
  ModelPolicy,
  type ModelRequest,
  type RunDocument,
  type ServedModel,
  TuttiError,
} from "@tutti/protocol";
import { budgetOf, dayOf, dayStart, MEASURES, scopeText, spentText } from "../../domain/budget.ts";
import type { ModelGrant } from "../ports/agents.ts";
import type { Store } from "../ports/store.ts";
import type { Work } from "./context.ts";

const MS_PER_MINUTE = 60_000;
const REQUESTS_PAGE = 500;
const RUNS_PAGE = 200;

type Spent = Readonly<Record<BudgetMeasure, number>>;
const NOTHING: Spent = { usd: 0, tokens: 0, minutes: 0 };

const add = (left: Spent, right: Spent): Spent => ({
  usd: left.usd + right.usd,
  tokens: left.tokens + right.tokens,
  minutes: left.minutes + right.minutes,
});

/** Beside what is metered: what agents reported themselves, and how long turns took. */
const unmetered = (days: RunDocument["days"]): Spent =>
  Object.values(days)
    .map(({ usd, tokens, durationMs }) => ({ usd, tokens, minutes: durationMs / MS_PER_MINUTE }))
    .reduce(add, NOTHING);

const ofDay = (state: RunDocument, day: string): Spent => {
  const totals = state.days[day];
  return totals === undefined ? NOTHING : unmetered({ [day]: totals });
};

/** Every token that was sent or received counts, from a cache or not. */
const metered = (store: Store, query: Parameters<Store["meter"]["totals"]>[0]): Spent =>
  store.meter
    .totals(query)
    .map(({ totals }) => ({
      usd: totals.costUsd,
      tokens:
        totals.inputTokens + totals.outputTokens + totals.cachedTokens + totals.cacheWriteTokens,
      minutes: 0,
    }))
    .reduce(add, NOTHING);

export type Taken = {
  readonly store: Store;
  readonly now: number;
  /** The present document of any run. */
  readonly document: (run: RunDocument["id"]) => RunDocument | null;
};

/** Of all runs that had a turn today; asked for only where a day has a bound. */
const unmeteredToday = ({ store, now, document }: Taken): Spent => {
  const start = dayStart(now);
  let total = NOTHING;
  let cursor: string | undefined;
  do {
    const page = store.runs({ limit: RUNS_PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id, updatedAt } of page.items) {
      const state = updatedAt < start ? null : document(id);
      if (state !== null) total = add(total, ofDay(state, dayOf(now)));
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return total;
};

type Bound = { readonly limit: Budget; readonly unmetered: Spent; readonly metered: Spent };

const boundOf = (taken: Taken, state: RunDocument, scope: BudgetScope): Bound => {
  const limit = budgetOf(state, scope);
  const isBounded = Object.keys(limit).length > 0;
  if (!isBounded) return { limit, unmetered: NOTHING, metered: NOTHING };
  return scope === "run"
    ? {
        limit,
        unmetered: unmetered(state.days),
        metered: metered(taken.store, { run: state.id }),
      }
    : {
        limit,
        unmetered: unmeteredToday(taken),
        metered: metered(taken.store, { since: dayStart(taken.now) }),
      };
};

const stopIn = (scope: BudgetScope, bound: Bound): BudgetStop | null => {
  const spent = add(bound.unmetered, bound.metered);
  for (const measure of MEASURES) {
    const limit = bound.limit[measure];
    if (limit !== undefined && spent[measure] >= limit)
      return { scope, measure, limit, spent: spent[measure] };
  }
  return null;
};

/** Set when a bound is reached already, so that the turn need not begin. */
export const stopBefore = (taken: Taken, state: RunDocument): BudgetStop | null =>
  stopIn("run", boundOf(taken, state, "run")) ?? stopIn("day", boundOf(taken, state, "day"));

/** What is left for the gateway, which knows of metered requests alone. The time of turns is not its business. */
const gatewayBudget = ({ limit, unmetered: spent }: Bound): Budget => {
  const { usd, tokens } = limit;
  return {
    ...(usd === undefined ? {} : { usd: Math.max(usd - spent.usd, Number.EPSILON) }),
    ...(tokens === undefined ? {} : { tokens: Math.max(tokens - spent.tokens, 1) }),
  };
};

/** What is left of both. */
export const budgetsOf = (taken: Taken, state: RunDocument): ModelGrant["budget"] => ({
  run: gatewayBudget(boundOf(taken, state, "run")),
  day: gatewayBudget(boundOf(taken, state, "day")),
});

type Turn = Work<"agent.turn"> | Work<"review.turn">;
/** However a turn ended. */
export type TurnResult = Extract<EffectResult, { kind: "turn.ended" | "failed" | "interrupted" }>;

export const grantOf = ({ effect, payload, state, taken }: Turn): ModelGrant => ({
  caller: {
    run: state.id,
    project: state.project.id,
    step: payload.step,
    attempt: payload.attempt,
    effect: effect.id,
    agent: payload.agent,
  },
  policy: state.policy.config.models ?? ModelPolicy.parse({}),
  budget: budgetsOf(taken, state),
});

/** How long the turn may take: the project's limit, or what is left of a budget's minutes. */
export const turnTime = (
  { state, taken }: Turn,
  configuredMs: number,
): { readonly turnMs: number; readonly scope: BudgetScope | null } => {
  const left = (["run", "day"] as const).flatMap((scope) => {
    const { limit, unmetered: spent } = boundOf(taken, state, scope);
    return limit.minutes === undefined
      ? []
      : [{ turnMs: Math.ceil((limit.minutes - spent.minutes) * MS_PER_MINUTE), scope }];
  });
  const tightest = left.toSorted((one, other) => one.turnMs - other.turnMs)[0];
  return tightest === undefined || tightest.turnMs >= configuredMs
    ? { turnMs: configuredMs, scope: null }
    : tightest;
};

/** The gateway's figures leave out what was reported; people are told of the whole. */
export const wholeStop = (
  { state, taken }: Pick<Turn, "state" | "taken">,
  stop: BudgetStop,
): BudgetStop => {
  const { limit, unmetered: spent } = boundOf(taken, state, stop.scope);
  return {
    ...stop,
    limit: limit[stop.measure] ?? stop.limit,
    spent: stop.spent + spent[stop.measure],
  };
};

const budgetText = (agent: string, stop: BudgetStop): string =>
  `${agent} would take more than ${scopeText(stop.scope)}: ${spentText(stop)}`;

/** For a question outside of any step. */
export const budgetError = (agent: string, stop: BudgetStop): TuttiError =>
  new TuttiError("budget.exceeded", `${budgetText(agent, stop)}.`);

export const budgetFailure = (
  agent: string,
  stop: BudgetStop,
): Extract<EffectResult, { kind: "failed" }> => ({
  kind: "failed",
  failure: {
    code: "budget.exceeded",
    message: budgetText(agent, stop),
    retry: "never",
    budget: stop,
  },
});

/**
 * A refused request, one that only counted tokens, or one that was broken off before its provider said
 * anything (its tokens are an estimate for the bill) had no part in what was written.
 */
const isAnswer = ({ servedModel, outputTokens, outcome, status }: ModelRequest): boolean =>
  outcome !== "refused" && status !== null && (servedModel !== null || outputTokens > 0);

const servedBy = (requests: readonly ModelRequest[]): ServedModel[] => {
  const served = new Map<string, ServedModel>();
  for (const { servedModel, requestedModel, family } of requests) {
    const model = servedModel ?? requestedModel ?? "unknown";
    const key = `${model} ${family ?? ""}`;
    served.set(key, { model, family, requests: (served.get(key)?.requests ?? 0) + 1 });
  }
  return [...served.values()];
};

const requestsOf = (store: Store, effect: Effect): readonly ModelRequest[] => {
  const found: ModelRequest[] = [];
  let cursor: string | undefined;
  do {
    const page = store.meter.requests(effect.run, {
      limit: REQUESTS_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.filter(({ caller }) => caller.effect === effect.id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
};

/**
 * Adds which models were behind a turn, from what is stored: a turn that was cut off by a restart has
 * no session any more, and what it wrote is there all the same.
 */
export const withLineage = (store: Store, effect: Effect, result: EffectResult): EffectResult => {
  const { kind } = effect.payload;
  if (kind !== "agent.turn" && kind !== "review.turn") return result;
  if (result.kind !== "turn.ended" && result.kind !== "failed" && result.kind !== "interrupted")
    return result;
  const served = servedBy(requestsOf(store, effect).filter((request) => isAnswer(request)));
  return served.length === 0 ? result : { ...result, served, lineage: "metered" };
};

/** Refused in the middle of its work, an agent may end its turn as if all were done: what it asked last tells. */
const wasRefusedLast = ({ taken, effect }: Turn): boolean =>
  requestsOf(taken.store, effect)
    .toSorted((left, right) => left.at - right.at)
    .at(-1)?.outcome === "refused";

/**
 * A turn that ran out of its budget's minutes, or was refused a request, waits for a person. One that made
 * what it must in spite of that is paid for and counts; the next turn is stopped. `produces`: what it must
 * leave; where that is nothing but the work tree, the agent must not have been refused in the end.
 */
export const judgedByBudget = (
  work: Turn,
  result: TurnResult,
  by: {
    readonly stop: BudgetStop | null;
    /** Of the budget whose minutes bounded the turn. */
    readonly scope: BudgetScope | null;
    readonly produces: readonly string[];
  },
): EffectResult => {
  const { stop, scope, produces } = by;
  const stopped = (reached: BudgetStop): EffectResult => {
    const { usage = null, durationMs = 0 } = result;
    return { ...budgetFailure(work.payload.agent, reached), usage, durationMs };
  };
  const isWhole = result.kind === "turn.ended" && result.problems.length === 0;
  if (stop !== null && isWhole && (produces.length > 0 || !wasRefusedLast(work))) return result;
  if (stop !== null) return stopped(wholeStop(work, stop));
  const isLate = result.kind === "failed" && result.failure.code === "agent.timeout";
  if (!isLate || scope === null) return result;
  const { minutes = 0 } = budgetOf(work.state, scope);
  return stopped({ scope, measure: "minutes", limit: minutes, spent: minutes });
};
