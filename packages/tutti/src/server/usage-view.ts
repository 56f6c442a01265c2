/** What models took, as metered, beside what agents say themselves. */
import type {
  ReportedUsage,
  RunDocument,
  RunId,
  RunView,
  UsageGroup,
  UsageReport,
  UsageTotals,
} from "@tutti/protocol";
import { budgetOf } from "../domain/budget.ts";
import type { Engine } from "../engine/api.ts";
import type { MeterQuery } from "../engine/ports/store.ts";

export type RunUsage = {
  readonly total: UsageTotals;
  readonly steps: ReadonlyMap<string, UsageTotals>;
  /** Keys such as `build.2`. */
  readonly attempts: ReadonlyMap<string, UsageTotals>;
};

const NOTHING: UsageTotals = {
  requests: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  unpriced: 0,
  totalMs: 0,
  firstByteMs: null,
};

type Meter = Pick<Engine, "usage">;

const totalOf = (engine: Meter, query: Omit<MeterQuery, "by">): UsageTotals =>
  engine.usage(query)[0]?.totals ?? NOTHING;

export const runTotals = (engine: Meter, run: RunId): UsageTotals => totalOf(engine, { run });

const totalsBy = (engine: Meter, run: RunId, by: UsageGroup): ReadonlyMap<string, UsageTotals> =>
  new Map(engine.usage({ run, by }).map(({ key, totals }) => [key, totals]));

export const runUsage = (engine: Meter, run: RunId): RunUsage => ({
  total: runTotals(engine, run),
  steps: totalsBy(engine, run, "step"),
  attempts: totalsBy(engine, run, "attempt"),
});

const reportedIn = ({ turns }: RunDocument): ReportedUsage[] =>
  turns.flatMap(({ step, agent, reported }) =>
    reported === null ? [] : [{ step, agent, ...reported }],
  );

export const usageView = (document: RunDocument, usage: RunUsage): RunView["usage"] => ({
  metered: usage.total,
  reported: reportedIn(document),
  turnsMs: document.turns.reduce((sum, { durationMs }) => sum + durationMs, 0),
  budget: { run: budgetOf(document, "run"), day: budgetOf(document, "day") },
});

/** `document`: of the one run that was asked for. */
export const usageReport = (
  engine: Meter,
  query: MeterQuery,
  document: RunDocument | null,
): UsageReport => {
  const { by, ...all } = query;
  return {
    run: query.run ?? null,
    since: query.since ?? null,
    by: by ?? null,
    rows: by === undefined ? [] : [...engine.usage(query)],
    total: totalOf(engine, all),
    reported: document === null ? [] : reportedIn(document),
  };
};
