/**
 * What a client was told: events by their place in the store, and commands that were acknowledged.
 * All of it must be found again in the end, whatever happened to the daemon in between.
 */
import type { Effect, EffectKind, RunEvent, RunId } from "@tutti/protocol";
import { hashOf } from "../../../packages/tutti/src/domain/hash.ts";
import type { Project } from "../../fixtures/project.ts";
import { perKind } from "./effect-kinds.ts";

type Begun = { readonly key: string; readonly project: Project };

type OpenEffect = { readonly kind: EffectKind; readonly run: RunId; readonly since: number };

/** Durations of the last effects of a kind that are averaged, as a weight of the newest. */
const NEWEST = 0.2;
/** Until one was seen. In milliseconds. */
const FIRST_GUESS_MS = 100;

export type Ledger = {
  /** Where the next connection goes on. */
  readonly last: () => number;
  /** In order; a gap or a repetition is an error of the stream. */
  readonly see: (event: RunEvent) => void;
  readonly seen: ReadonlyMap<number, string>;
  /** Acknowledged commands, as words that the run's events must hold. */
  readonly acknowledge: (run: RunId, what: string) => void;
  readonly acknowledged: readonly { readonly run: RunId; readonly what: string }[];
  /** A start was acknowledged. */
  readonly begin: (run: RunId, begun: Begun) => void;
  readonly runs: ReadonlyMap<RunId, Begun>;
  /** Runs that were begun and whose workspace is not gone yet. */
  readonly live: () => readonly RunId[];
  readonly open: ReadonlyMap<string, OpenEffect>;
  readonly outcomes: ReadonlyMap<string, string>;
  /** Mean time from the request of an effect to its result, in milliseconds. */
  readonly meanMs: (kind: EffectKind) => number;
  /** A kill found the effect in work. */
  readonly hit: (effect: Effect) => void;
  /** The most that effects of one kind of one run were hit without a result in between. */
  readonly hitsInARow: () => number;
  readonly violations: string[];
  /** What is still open, for the message of a standstill. */
  readonly describe: () => string;
};

export const createLedger = (): Ledger => {
  const seen = new Map<number, string>();
  const open = new Map<string, OpenEffect>();
  const outcomes = new Map<string, string>();
  const acknowledged: { readonly run: RunId; readonly what: string }[] = [];
  const runs = new Map<RunId, Begun>();
  const over = new Set<RunId>();
  const violations: string[] = [];
  const means = perKind();
  const hits = new Map<string, number>();
  let last = 0;

  const close = (id: string, outcome: string): void => {
    const effect = open.get(id);
    if (outcomes.has(id)) violations.push(`effect ${id} was closed twice`);
    outcomes.set(id, outcome);
    open.delete(id);
    if (effect === undefined || outcome === "interrupted") return;
    hits.delete(`${effect.run} ${effect.kind}`);
    const tookMs = Date.now() - effect.since;
    const mean = means[effect.kind];
    means[effect.kind] = mean === 0 ? tookMs : mean + (tookMs - mean) * NEWEST;
  };

  const live = (): RunId[] => [...runs.keys()].filter((run) => !over.has(run));

  return {
    last: () => last,
    see: (event) => {
      if (event.seq !== last + 1)
        violations.push(`event ${event.seq} came after event ${last} of the stream`);
      last = event.seq;
      seen.set(event.seq, hashOf(event));
      const { body, run } = event;
      if (body.type === "effect.requested")
        open.set(body.effect.id, { kind: body.effect.payload.kind, run, since: Date.now() });
      if (body.type === "effect.settled") close(body.effect, body.outcome);
      if (body.type === "effect.cancelled") close(body.effect, "cancelled");
      if (body.type === "workspace.disposed") over.add(run);
    },
    seen,
    acknowledge: (run, what) => acknowledged.push({ run, what }),
    acknowledged,
    begin: (run, begun) => {
      runs.set(run, begun);
      acknowledged.push({ run, what: "start" });
    },
    runs,
    live,
    open,
    outcomes,
    meanMs: (kind) => means[kind] || FIRST_GUESS_MS,
    hit: ({ run, payload }) => {
      const name = `${run} ${payload.kind}`;
      hits.set(name, (hits.get(name) ?? 0) + 1);
    },
    hitsInARow: () => Math.max(0, ...hits.values()),
    violations,
    describe: () =>
      JSON.stringify({
        live: live(),
        open: [...open.entries()],
        violations,
      }),
  };
};
