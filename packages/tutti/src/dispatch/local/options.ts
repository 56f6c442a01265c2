import type { EffectId } from "@tutti/protocol";
import type { Clock } from "../../engine/ports/clock.ts";
import type { DispatcherHooks } from "../../engine/ports/deps.ts";
import type { Store } from "../../engine/ports/store.ts";
import type { RetryLimits } from "./retry.ts";

/** What the dispatcher could not do; it goes on by itself unless `isGivenUp`. */
export type DispatchProblem = {
  readonly effect: EffectId | null;
  readonly doing: "claim" | "perform" | "release" | "settle" | "heartbeat";
  readonly error: unknown;
  readonly isGivenUp: boolean;
};

export type LeaseTimes = {
  /** How long a claim holds without a heartbeat. */
  readonly holdsMs: number;
  readonly heartbeatMs: number;
};

export type LocalDispatcherOptions = DispatcherHooks & {
  readonly store: Pick<Store, "openEffects" | "claim" | "release" | "heartbeat">;
  readonly clock: Clock;
  /** Name of this start of the daemon; no earlier start had it. */
  readonly owner: string;
  readonly report: (problem: DispatchProblem) => void;
  readonly retry?: Partial<RetryLimits>;
  readonly lease?: LeaseTimes;
};
