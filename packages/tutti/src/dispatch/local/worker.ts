/** One attempt of one effect, from `perform` to the stored result. */
import type { EffectResult } from "@tutti/protocol";
import type { Entry } from "./entry.ts";
import type { DispatchProblem, LocalDispatcherOptions } from "./options.ts";
import { backoffMs, isPassing, isRepeatable, pause, toFailed } from "./retry.ts";
import type { RetryLimits } from "./retry.ts";

/**
 * `closed`: the effect is settled, or was cancelled. `again`: its row is pending once more. `open`: its
 * row stays active until the next start recovers it.
 */
export type Ended =
  | { readonly kind: "closed" }
  | { readonly kind: "again"; readonly notBefore: number | null }
  | { readonly kind: "open" };

export type WorkOptions = {
  readonly dispatch: LocalDispatcherOptions;
  readonly limits: RetryLimits;
  /** The whole dispatcher stops. */
  readonly stopping: AbortSignal;
};

/** Performs a claimed effect. */
export async function work(entry: Entry, options: WorkOptions): Promise<Ended> {
  const { signal } = entry.controller;
  try {
    const { attempt } = entry;
    const result = await options.dispatch.perform(entry.effect, { signal, attempt });
    if (entry.isCancelled) return await account(entry, result, options);
    const isCutShort = result.kind === "failed" || result.kind === "interrupted";
    if (options.stopping.aborted && isCutShort) return { kind: "open" };
    return await settle(entry, result, options);
  } catch (error) {
    if (entry.isCancelled) return { kind: "closed" };
    if (options.stopping.aborted) return { kind: "open" };
    return await afterThrow(entry, error, options);
  }
}

/** What a cancelled turn took is told once, before anything of its run begins that waited for its end. */
async function account(entry: Entry, result: EffectResult, options: WorkOptions): Promise<Ended> {
  if (!isRepeatable(entry.effect)) await settle(entry, result, options);
  return { kind: "closed" };
}

/** Stores a result; `open` when that is given up. */
export async function settle(
  entry: Entry,
  result: EffectResult,
  options: WorkOptions,
): Promise<Ended> {
  const { dispatch } = options;
  const isStored = await untilStored(entry, options, {
    doing: "settle",
    store: () => dispatch.settle(entry.effect, result),
  });
  return { kind: isStored ? "closed" : "open" };
}

/** Puts an active row back to pending, counting one more attempt. */
export async function release(
  entry: Entry,
  notBefore: number | null,
  options: WorkOptions,
): Promise<Ended> {
  const { dispatch } = options;
  const isStored = await untilStored(entry, options, {
    doing: "release",
    store: () => dispatch.store.release(entry.effect.id, notBefore),
  });
  if (!isStored) return { kind: "open" };
  entry.attempt += 1;
  return { kind: "again", notBefore };
}

async function afterThrow(entry: Entry, error: unknown, options: WorkOptions): Promise<Ended> {
  const { dispatch, limits } = options;
  const isGivenUp = !isRepeatable(entry.effect) || entry.attempt >= limits.attemptsMax;
  dispatch.report({ effect: entry.effect.id, doing: "perform", error, isGivenUp });
  if (isGivenUp) return await settle(entry, toFailed(error), options);
  return await release(entry, dispatch.clock.now() + backoffMs(entry.attempt, limits), options);
}

type Storing = { readonly doing: DispatchProblem["doing"]; readonly store: () => Promise<void> };

/** A result waits no longer than this for a disk that has room again, in milliseconds. */
const STORE_AGAIN_MAX_MS = 3_000;

/**
 * A result must not be lost because the disk is full for an hour: what passes by itself is tried until
 * it works. Anything else is tried a bounded number of times.
 * False when that was in vain, the effect was cancelled meanwhile, or the dispatcher stops.
 */
async function untilStored(
  { effect, controller }: Entry,
  { dispatch, limits }: WorkOptions,
  { doing, store }: Storing,
): Promise<boolean> {
  for (let tried = 1; ; tried += 1) {
    try {
      await store();
      return true;
    } catch (error) {
      const isGivenUp = !isPassing(error) && tried >= limits.settlesMax;
      dispatch.report({ effect: effect.id, doing, error, isGivenUp });
      const delayMs = Math.min(backoffMs(tried, limits), STORE_AGAIN_MAX_MS);
      if (isGivenUp || !(await pause(delayMs, controller.signal))) return false;
    }
  }
}
