/** What models took, in figures that a person reads. Metered and reported are never added up. */
import type { ReportedUsage, RunView, UsageReport, UsageTotals } from "@tutti/protocol";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

const THOUSAND = 1000;
const MILLION = 1_000_000;

/** `950`, `12.3k`, `1.2M`. */
const tokens = (count: number): string => {
  if (count < THOUSAND) return String(count);
  return count < MILLION
    ? `${Number((count / THOUSAND).toFixed(1))}k`
    : `${Number((count / MILLION).toFixed(2))}M`;
};

/** Cents are enough above one dollar; below, what is left of the cost counts. */
const dollars = (usd: number): string => `$${usd.toFixed(usd >= 1 || usd === 0 ? 2 : 4)}`;

/** The cost, and how much of it is not known. */
export const cost = ({ costUsd, requests, unpriced }: UsageTotals): string => {
  if (requests > 0 && unpriced === requests) return "unpriced";
  return unpriced === 0 ? dollars(costUsd) : `${dollars(costUsd)} + ${unpriced} unpriced`;
};

/** Everything that was sent: new to the provider, read from its cache, or written to it. */
const sent = ({ inputTokens, cachedTokens, cacheWriteTokens }: UsageTotals): number =>
  inputTokens + cachedTokens + cacheWriteTokens;

/** One line about what was metered. */
const meteredLine = (totals: UsageTotals): string =>
  [
    `metered: ${cost(totals)}`,
    `${tokens(sent(totals))} tokens in (${tokens(totals.cachedTokens)} cached)`,
    `${tokens(totals.outputTokens)} out`,
    `${totals.requests} request${totals.requests === 1 ? "" : "s"}`,
    ...(totals.errors === 0 ? [] : [`${totals.errors} failed`]),
  ].join(" · ");

const reportedLine = ({ step, agent, inputTokens, outputTokens, costUsd }: ReportedUsage): string =>
  printableLine(
    [
      `reported by ${agent} (${step}): ${costUsd === null ? "no cost" : dollars(costUsd)}`,
      `${tokens(inputTokens)} tokens in`,
      `${tokens(outputTokens)} out`,
    ].join(" · "),
  );

const LIMIT_WORDS = { usd: "USD", tokens: "tokens", minutes: "minutes" } as const;

const budgetLine = (scope: string, budget: RunView["usage"]["budget"]["run"]): string[] => {
  const limits = (["usd", "tokens", "minutes"] as const).flatMap((measure) => {
    const limit = budget[measure];
    return limit === undefined ? [] : [`${limit} ${LIMIT_WORDS[measure]}`];
  });
  return limits.length === 0 ? [] : [`budget of the ${scope}: ${limits.join(", ")}`];
};

/** The part of a run's page; empty where nothing was asked and nothing is bounded. */
export const usageLines = ({ usage }: RunView): string[] => [
  ...(usage.metered.requests === 0 ? [] : [meteredLine(usage.metered)]),
  ...usage.reported.map((reported) => reportedLine(reported)),
  ...budgetLine("run", usage.budget.run),
  ...budgetLine("day", usage.budget.day),
];

const HEAD = ["", "requests", "failed", "tokens in", "cached", "out", "cost", "first byte"];

const row = (name: string, totals: UsageTotals): string[] => [
  name,
  String(totals.requests),
  String(totals.errors),
  tokens(sent(totals)),
  tokens(totals.cachedTokens),
  tokens(totals.outputTokens),
  cost(totals),
  totals.firstByteMs === null ? "" : `${totals.firstByteMs} ms`,
];

/** `tutti usage`: a row a key, then the sum. */
export const usagePage = ({ by, rows, total, reported }: UsageReport): string[] => {
  const named = rows.map(({ key, totals }) =>
    row(key === "" ? "not known" : printableLine(key), totals),
  );
  const table = [[by ?? "", ...HEAD.slice(1)], ...named, row("in all", total)];
  const unpriced =
    total.unpriced === 0
      ? []
      : [
          `The cost leaves ${total.unpriced} of ${total.requests} requests out: their models have no price.`,
        ];
  return [
    ...(total.requests === 0 ? ["No model request was metered."] : columns(table)),
    ...unpriced,
    ...reported.map((one) => reportedLine(one)),
  ];
};
