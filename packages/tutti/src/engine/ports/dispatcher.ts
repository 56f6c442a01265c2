import type { Effect, EffectId, EffectResult } from "@tutti/protocol";

/** Performs one effect. Must not throw for outside failures: those are results. */
export type Perform = (
  effect: Effect,
  options: { readonly signal: AbortSignal; readonly attempt: number },
) => Promise<EffectResult>;

/** At most `limit` effects of one group run at once. */
export type Group = {
  readonly name: string;
  readonly limit: number;
  /**
   * What the effect's run has begun in this group goes on: it comes before everything that waits to
   * begin, and its place in the group is kept while it waits for another one. What a settled effect
   * requests is known before its groups are free again, so with a limit of 1 nothing comes between
   * two effects of such a chain.
   */
  readonly isContinued?: boolean;
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
   * The row was cancelled: abort its worker. The result of an agent's or a reviewer's turn in work is still
   * settled, once, for what it took. What is woken for the same run later starts only after
   * that worker has ended; so call this before `wake` when one commit did both.
   */
  readonly cancel: (effect: EffectId) => void;
  /** Resolves when nothing is active and nothing can start now. */
  readonly drain: () => Promise<void>;
  /** Aborts all workers and waits for them; their effects stay open for the next start. */
  readonly stop: () => Promise<void>;
};
