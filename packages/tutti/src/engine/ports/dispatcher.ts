import type { Effect, EffectId, EffectResult } from "@tutti/protocol";
import type { Clock } from "./clock.ts";
import type { Store } from "./store.ts";

/** Performs one effect. Must not throw for outside failures: those are results. */
export type Perform = (
  effect: Effect,
  options: { readonly signal: AbortSignal; readonly attempt: number },
) => Promise<EffectResult>;

/** At most `limit` effects of one group run at once. */
export type Group = { readonly name: string; readonly limit: number };

/** What the dispatcher could not do; it goes on by itself unless `isGivenUp`. */
export type DispatchProblem = {
  readonly effect: EffectId | null;
  readonly doing: "claim" | "perform" | "release" | "settle" | "heartbeat";
  readonly error: unknown;
  readonly isGivenUp: boolean;
};

export type DispatcherOptions = {
  readonly store: Pick<Store, "openEffects" | "claim" | "release" | "heartbeat">;
  readonly clock: Clock;
  /** Name of this start of the daemon; no earlier start had it. */
  readonly owner: string;
  readonly perform: Perform;
  readonly groupsOf: (effect: Effect) => readonly Group[];
  /**
   * Stores a result and wakes the dispatcher for what that requested, then resolves; also when the
   * domain refuses the result. It is tried again when it throws.
   */
  readonly settle: (effect: Effect, result: EffectResult) => Promise<void>;
  readonly report: (problem: DispatchProblem) => void;
};

/**
 * Hands each open effect to exactly one live worker at a time: lease with heartbeat, concurrency per
 * group, oldest first, bounded retries with backoff when `perform` throws, cancel. Agent and review
 * turns are never repeated: one that a dead owner had in work is settled as `interrupted`.
 */
export type Dispatcher = {
  /** Recovers what an earlier owner left, then begins to work. */
  readonly start: () => Promise<void>;
  /** New rows are committed. Named ones are taken as they are; without them the store is asked. */
  readonly wake: (requested?: readonly Effect[]) => void;
  /**
   * The row was cancelled: abort its worker. What is woken for the same run later starts only after
   * that worker has ended; so call this before `wake` when one commit did both.
   */
  readonly cancel: (effect: EffectId) => void;
  /** Resolves when nothing is active and nothing can start now. */
  readonly drain: () => Promise<void>;
  /** Aborts all workers and waits for them; their effects stay open for the next start. */
  readonly stop: () => Promise<void>;
};

export type CreateDispatcher = (options: DispatcherOptions) => Dispatcher;
