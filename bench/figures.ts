/** What every suite reports: `{suite, machine, figures: [{name, value, unit, bar, met}]}`. */
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem } from "node:os";

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bar as people read it, such as `≤ 0.4`; `null` for a figure that explains another one. */
  readonly bar: string | null;
  readonly met: boolean | null;
};

/** Measures one suite. `say` tells a person how far it is. */
export type Suite = (say: (progress: string) => void) => Promise<readonly Figure[]>;

export type Report = {
  readonly suite: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly figures: readonly Figure[];
};

/** Significant digits that are kept: measurements are not more exact than this. */
const DIGITS = 4;
const MIB = 1024 * 1024;

const round = (value: number): number => Number(value.toPrecision(DIGITS));

type Measured = Pick<Figure, "name" | "value" | "unit">;

export function atMost(bar: number, { name, value, unit }: Measured): Figure {
  return { name, value: round(value), unit, bar: `≤ ${bar}`, met: value <= bar };
}

export function atLeast(bar: number, { name, value, unit }: Measured): Figure {
  return { name, value: round(value), unit, bar: `≥ ${bar}`, met: value >= bar };
}

/** A figure without a bar. */
export function plain({ name, value, unit }: Measured): Figure {
  return { name, value: round(value), unit, bar: null, met: null };
}

/** Nearest-rank percentile of at least one value; `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = Math.max(Math.ceil(sorted.length * share) - 1, 0);
  const value = sorted[rank];
  if (value === undefined) throw new Error("no values were measured");
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export function describeMachine() {
  const [first] = cpus();
  const [load = 0] = loadavg();
  return {
    cpu: first?.model ?? "unknown",
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / MIB),
    kernel: release(),
    system: systemName(),
    arch: arch(),
    node: process.version,
    /** Load of the last minute before the suite began: figures of a busy machine are poor. */
    load: round(load),
  };
}

function systemName(): string {
  const [, name] = /^PRETTY_NAME="?([^"\n]*)/mu.exec(readFileSync("/etc/os-release", "utf8")) ?? [];
  return name ?? "unknown";
}
