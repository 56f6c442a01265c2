/** Effects that may not start before an instant: one timer, set to the earliest. */
import type { EffectId } from "@tutti/protocol";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Entry } from "./entry.ts";

/** The clock may be set while the timer runs, so it is asked again at least this often. */
const ALARM_MAX_MS = 60_000;

export class Alarms {
  readonly #clock: Clock;
  readonly #ring: () => void;
  readonly #waiting = new Map<EffectId, { readonly entry: Entry; readonly at: number }>();
  #timer: NodeJS.Timeout | null = null;
  #earliest = Number.POSITIVE_INFINITY;

  /** `ring` is called when one may be due. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  add(entry: Entry, at: number): void {
    this.#waiting.set(entry.effect.id, { entry, at });
    if (at < this.#earliest) this.#arm(at);
  }

  /** False when it does not wait here. */
  remove(entry: Entry): boolean {
    return this.#waiting.delete(entry.effect.id);
  }

  /** Those that are due, earliest first. */
  takeDue(): readonly Entry[] {
    const now = this.#clock.now();
    if (this.#earliest > now) return [];
    const due = [...this.#waiting.values()].filter(({ at }) => at <= now);
    for (const { entry } of due) this.#waiting.delete(entry.effect.id);
    this.clear();
    if (this.#waiting.size > 0) this.#arm(earliestOf(this.#waiting.values()));
    return due.toSorted((left, right) => left.at - right.at).map(({ entry }) => entry);
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#earliest = Number.POSITIVE_INFINITY;
  }

  #arm(at: number): void {
    this.clear();
    this.#earliest = at;
    const delayMs = Math.min(Math.max(at - this.#clock.now(), 0), ALARM_MAX_MS);
    this.#timer = setTimeout(() => {
      // Too early by the clock: wait for the rest.
      if (at > this.#clock.now()) this.#arm(at);
      else this.#ring();
    }, delayMs);
  }
}

function earliestOf(waiting: Iterable<{ readonly at: number }>): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { at } of waiting) earliest = Math.min(earliest, at);
  return earliest;
}
