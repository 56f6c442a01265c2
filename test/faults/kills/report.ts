/** What a campaign counted, and its words for people. */
import type { EffectKind } from "@tutti/protocol";
import { EFFECT_KINDS, perKind } from "./effect-kinds.ts";

export type Report = {
  kills: number;
  /** Kills that hit at least one effect of the kind in work. */
  readonly hits: Record<EffectKind, number>;
  /** Kills that hit nothing in work. */
  idle: number;
  /** Daemons that were killed besides, while they started. */
  starts: number;
  runs: number;
  /** Turns of agents and reviewers that were cut off. */
  turns: number;
  /** Start of the daemon after a kill to its first answer, in milliseconds. */
  readonly restartMs: number[];
  violations: readonly string[];
};

/** At least so many of all kills hit each kind of effect. */
export const hitsWanted = (kills: number): number => Math.floor(kills / 20);

export const emptyReport = (): Report => ({
  kills: 0,
  hits: perKind(),
  idle: 0,
  starts: 0,
  runs: 0,
  turns: 0,
  restartMs: [],
  violations: [],
});

export const mergeReports = (reports: readonly Report[]): Report => {
  const total = emptyReport();
  for (const report of reports) {
    total.kills += report.kills;
    for (const kind of EFFECT_KINDS) total.hits[kind] += report.hits[kind];
    total.idle += report.idle;
    total.starts += report.starts;
    total.runs += report.runs;
    total.turns += report.turns;
    total.restartMs.push(...report.restartMs);
    total.violations = [...total.violations, ...report.violations];
  }
  return total;
};

const share = (values: readonly number[], part: number): number =>
  Math.round(
    values.toSorted((left, right) => left - right)[Math.ceil(values.length * part) - 1] ?? 0,
  );

/** Lines for people; the counts show when a change makes the campaign thinner. */
export const describeReport = (report: Report): string => {
  const { kills, hits, idle, starts, runs, turns, restartMs, violations } = report;
  const kinds = EFFECT_KINDS.map((kind) => `  ${kind.padEnd(18)} ${hits[kind]}`);
  return [
    `kills of the daemon: ${kills}, over ${runs} runs; each line: kills that hit this kind of effect in work`,
    ...kinds,
    `  ${"nothing in work".padEnd(18)} ${idle}`,
    `killed besides, while they started: ${starts}`,
    `turns cut off and gone on with as a new attempt: ${turns}`,
    `restart to first answer: p50 ${share(restartMs, 0.5)} ms, max ${share(restartMs, 1)} ms`,
    `violations: ${violations.length}`,
    ...violations.map((violation) => `  ${violation}`),
    "",
  ].join("\n");
};
