/** When something is tried again, and which effects may be. */
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "@tutti/protocol";
import type { Effect, EffectKind, EffectResult } from "@tutti/protocol";

export type RetryLimits = {
  /** Attempts of an effect whose worker throws. */
  readonly attemptsMax: number;
  /** Attempts of an effect that was in work each time a daemon died. */
  readonly recoveriesMax: number;
  /** Tries to store a result that the engine refuses with something else than a passing failure. */
  readonly settlesMax: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
};

export const RETRY_LIMITS: RetryLimits = {
  attemptsMax: 5,
  recoveriesMax: 25,
  settlesMax: 5,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
};

/** A turn costs money and acts on the world, so it is never repeated without the domain's word. */
const REPEATABLE: Readonly<Record<EffectKind, boolean>> = {
  "workspace.prepare": true,
  "agent.turn": false,
  "review.turn": false,
  "checkpoint.create": true,
  "checks.run": true,
  "evidence.run": true,
  "landing.prepare": true,
  "merge.apply": true,
  "workspace.dispose": true,
};

export const isRepeatable = ({ payload }: Effect): boolean => REPEATABLE[payload.kind];

/** Doubles from try to try, without chance. `tried` counts from 1. */
export function backoffMs(tried: number, limits: RetryLimits): number {
  return Math.min(limits.firstDelayMs * 2 ** (tried - 1), limits.longestDelayMs);
}

/** True for what passes by itself, such as a full disk. */
export const isPassing = (error: unknown): boolean =>
  error instanceof TuttiError && error.retry === "later";

/** The result of an effect whose worker threw for the last time. */
export function toFailed(error: unknown): EffectResult {
  if (error instanceof TuttiError) {
    const { code, message, retry } = error;
    return { kind: "failed", failure: { code, message, retry } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", failure: { code: "internal", message, retry: "later" } };
}

/** Waits; false when the signal came first. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(delayMs, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
