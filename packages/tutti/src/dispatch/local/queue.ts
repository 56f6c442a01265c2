/**
 * What may start next. Effects with the same groups stand in one line; only the heads of lines are
 * looked at, so that a thousand waiting effects cost no more than one. A head that continues what its
 * run began goes first, then the one that has waited longest, unless one of its groups is full.
 */
import type { EffectId } from "@tutti/protocol";
import type { Group } from "../../engine/ports/dispatcher.ts";
import type { Entry } from "./entry.ts";

type Waiting = { readonly entry: Entry; readonly turn: number };

type Line = {
  readonly groups: readonly Group[];
  readonly isContinued: boolean;
  readonly waiting: Map<EffectId, Waiting>;
};

export class Queue {
  readonly #lines = new Map<string, Line>();
  readonly #running = new Map<string, number>();
  /** Waiting ones that continue something: their place in the group is kept for them. */
  readonly #kept = new Map<string, number>();
  #nextTurn = 0;

  add(entry: Entry): void {
    const name = lineOf(entry);
    const line = this.#lines.get(name) ?? openLine(entry.groups);
    this.#lines.set(name, line);
    this.#nextTurn += 1;
    line.waiting.set(entry.effect.id, { entry, turn: this.#nextTurn });
    this.#keep(entry, 1);
  }

  /** False when it does not wait here. */
  remove(entry: Entry): boolean {
    const name = lineOf(entry);
    const line = this.#lines.get(name);
    const wasThere = line?.waiting.delete(entry.effect.id) ?? false;
    if (line?.waiting.size === 0) this.#lines.delete(name);
    if (wasThere) this.#keep(entry, -1);
    return wasThere;
  }

  /** The next one that may start; its groups count it until `free`. */
  take(): Entry | null {
    let next: Head | null = null;
    for (const { groups, isContinued, waiting } of this.#lines.values()) {
      const [first] = waiting.values();
      if (first === undefined) continue;
      const head = { ...first, isContinued };
      if (next !== null && isBefore(next, head)) continue;
      if (groups.every((group) => this.#hasRoom(group))) next = head;
    }
    if (next === null) return null;
    this.remove(next.entry);
    for (const { name } of next.entry.groups) count(this.#running, name, 1);
    return next.entry;
  }

  free({ groups }: Entry): void {
    for (const { name } of groups) count(this.#running, name, -1);
  }

  #hasRoom({ name, limit, isContinued = false }: Group): boolean {
    const kept = isContinued ? 0 : (this.#kept.get(name) ?? 0);
    return (this.#running.get(name) ?? 0) + kept < limit;
  }

  #keep({ groups }: Entry, change: 1 | -1): void {
    for (const { name, isContinued } of groups) {
      if (isContinued === true) count(this.#kept, name, change);
    }
  }
}

function count(counts: Map<string, number>, name: string, change: 1 | -1): void {
  const next = (counts.get(name) ?? 0) + change;
  if (next === 0) counts.delete(name);
  else counts.set(name, next);
}

type Head = Waiting & { readonly isContinued: boolean };

const isBefore = (one: Head, other: Head): boolean =>
  one.isContinued === other.isContinued ? one.turn < other.turn : one.isContinued;

const openLine = (groups: readonly Group[]): Line => ({
  groups,
  isContinued: groups.some((group) => group.isContinued === true),
  waiting: new Map(),
});

function lineOf({ groups }: Entry): string {
  return groups
    .map(({ name, limit, isContinued = false }) => `${name}:${limit}:${isContinued}`)
    .join("\n");
}
