/**
 * Places under the limits of one provider: requests at once, and requests in a minute. Who comes first
 * goes first. After a 429, 503 or 529 nobody goes until the provider's Retry-After, or a growing pause
 * without one, is over; then one goes ahead, and the others after its success.
 */
import type { ProviderConfig } from "@tutti/protocol";
import { HOLD_MAX_MS, QUEUE_MAX_MS, QUEUE_MAX_REQUESTS, holdAfter } from "./limits.ts";

const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1_000;
const BUSY = new Set([429, 503, 529]);

export type Place = {
  /** The provider has begun to answer: its status decides whether others may go. */
  readonly answered: (status: number, retryAfter: string | null) => void;
  /** Gives the place back. More than once is once. */
  readonly leave: () => void;
};

export type Admission =
  | { readonly kind: "placed"; readonly place: Place }
  /** Too many wait, or it would be too long. */
  | { readonly kind: "full"; readonly retryAfterMs: number }
  | { readonly kind: "gone" };

type Limits = Pick<ProviderConfig, "concurrency" | "requestsPerMinute">;

type Waiting = { readonly until: number; readonly resolve: (admission: Admission) => void };

/** Milliseconds from seconds or an HTTP date; null when it is neither. */
function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null || value.trim() === "") return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * MS_PER_SECOND : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

export class Pace {
  readonly #now: () => number;
  #limits: Limits;
  #active = 0;
  /** When the requests of the last minute began. */
  #begun: number[] = [];
  #failures = 0;
  /** After a failure one goes ahead; it is under way. */
  #isProbing = false;
  #heldUntil = 0;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** The user's file has changed: what waits goes by the new limits. */
  set limits(limits: Limits) {
    this.#limits = limits;
    this.#admit();
  }

  enter(signal: AbortSignal): Promise<Admission> {
    const now = this.#now();
    if (this.#waiting.length >= QUEUE_MAX_REQUESTS) {
      return Promise.resolve({
        kind: "full",
        retryAfterMs: Math.max(this.#wait(now), MS_PER_SECOND),
      });
    }
    const { promise, resolve } = Promise.withResolvers<Admission>();
    const waiting: Waiting = { until: now + QUEUE_MAX_MS, resolve };
    const leave = (): void => this.#remove(waiting, { kind: "gone" });
    this.#waiting.push(waiting);
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    else this.#admit();
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  #remove(waiting: Waiting, admission: Admission): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.resolve(admission);
    this.#arm();
  }

  #admit(): void {
    const now = this.#now();
    for (const waiting of this.#waiting.filter(({ until }) => until <= now)) {
      this.#remove(waiting, {
        kind: "full",
        retryAfterMs: Math.max(this.#wait(now), MS_PER_SECOND),
      });
    }
    while (this.#isOpen(now)) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#active += 1;
      this.#begun.push(now);
      next.resolve({ kind: "placed", place: this.#place() });
    }
    this.#arm();
  }

  #isOpen(now: number): boolean {
    const { concurrency = Infinity } = this.#limits;
    const mayGo = this.#failures === 0 || !this.#isProbing;
    return mayGo && this.#active < concurrency && this.#wait(now) <= 0;
  }

  /** Milliseconds until time alone would let the next one go. */
  #wait(now: number): number {
    const { requestsPerMinute } = this.#limits;
    const hold = this.#heldUntil - now;
    if (requestsPerMinute === undefined) {
      this.#begun = [];
      return hold;
    }
    this.#begun = this.#begun.filter((at) => at > now - MINUTE_MS);
    const oldest = this.#begun.at(-requestsPerMinute);
    return Math.max(hold, oldest === undefined ? 0 : oldest + MINUTE_MS - now);
  }

  /** One timer, for whatever comes first: the end of a pause, or of somebody's patience. */
  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const now = this.#now();
    const wait = this.#wait(now);
    const next = wait > 0 ? Math.min(wait, first.until - now) : first.until - now;
    this.#timer = setTimeout(() => this.#admit(), Math.max(next, 1));
  }

  #place(): Place {
    const isProbe = this.#failures > 0;
    if (isProbe) this.#isProbing = true;
    let isLeft = false;
    let isAnswered = false;
    const endProbe = (): void => {
      if (isProbe && !isAnswered) this.#isProbing = false;
      isAnswered = true;
    };
    return {
      answered: (status, retryAfter) => {
        endProbe();
        if (BUSY.has(status)) this.#hold(retryAfter);
        else this.#failures = 0;
        this.#admit();
      },
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        endProbe();
        this.#active -= 1;
        this.#admit();
      },
    };
  }

  #hold(retryAfter: string | null): void {
    const now = this.#now();
    this.#failures += 1;
    const asked = readRetryAfter(retryAfter, now) ?? holdAfter(this.#failures);
    this.#heldUntil = Math.max(this.#heldUntil, now + Math.min(asked, HOLD_MAX_MS));
  }
}
