import { EFFECT_KINDS } from "./effect-kinds.ts";
import type { Report } from "./campaign.ts";

const share = (values: readonly number[], part: number): number =>
  Math.round(
    values.toSorted((left, right) => left - right)[Math.ceil(values.length * part) - 1] ?? 0,
  );

/** Lines for people; the counts show when a change makes the campaign thinner. */
export const describeReport = (report: Report): string => {
  const { kills, hits, idle, runs, turns, restartMs, violations } = report;
  const kinds = EFFECT_KINDS.map((kind) => `  ${kind.padEnd(18)} ${hits[kind]}`);
  return [
    `kills of the daemon: ${kills}, over ${runs} runs; each line: kills that hit this kind of effect in work`,
    ...kinds,
    `  ${"nothing in work".padEnd(18)} ${idle}`,
    `turns cut off and gone on with as a new attempt: ${turns}`,
    `restart to first answer: p50 ${share(restartMs, 0.5)} ms, max ${share(restartMs, 1)} ms`,
    `violations: ${violations.length}`,
    ...violations.map((violation) => `  ${violation}`),
    "",
  ].join("\n");
};
