/** One commit, written inside the writer's transaction. Events get their sequence numbers here. */
import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "@tutti/protocol";
import type { Commit, Committed } from "../../engine/ports/store.ts";
import type { AuditTable } from "./audit.ts";
import type { EffectTable } from "./effects.ts";
import { eventTable } from "./events.ts";
import type { EventTable } from "./events.ts";
import type { RunTable } from "./runs.ts";

type Tables = {
  readonly runs: RunTable;
  readonly effects: EffectTable;
  readonly audit: AuditTable;
};

export class Commits {
  readonly events: EventTable;
  readonly #tables: Tables;
  /** Last sequence on disk, and in the open transaction. */
  #head: number;
  #nextHead: number;

  constructor(database: DatabaseSync, tables: Tables) {
    this.events = eventTable(database);
    this.#tables = tables;
    this.#head = this.events.head();
    this.#nextHead = this.#head;
  }

  get head(): number {
    return this.#head;
  }

  /** The transaction became durable: its sequence numbers are used up. */
  keep(): void {
    this.#head = this.#nextHead;
  }

  /** The transaction was rolled back: its sequence numbers are free again. */
  drop(): void {
    this.#nextHead = this.#head;
  }

  apply(commit: Commit): Committed {
    const { runs, effects, audit } = this.#tables;
    const number = runs.write(commit);
    if (number === null) return { kind: "stale", version: runs.version(commit.run) };
    const events = commit.events.map((event): RunEvent => {
      this.#nextHead += 1;
      return { ...event, seq: this.#nextHead };
    });
    for (const event of events) this.events.insert(number, event);
    for (const effect of commit.requested) effects.insert(number, effect);
    for (const effect of commit.settled) effects.close(number, effect, "settled");
    for (const effect of commit.cancelled) effects.close(number, effect, "cancelled");
    audit.insert({ ...commit.audit, run: commit.run });
    return { kind: "committed", events };
  }
}

/** A commit that would leave a hole in the run's history is a bug of the caller. */
export function assertWhole({ run, expectedVersion, events, document, summary }: Commit): void {
  const isCounted = events.every(({ version }, index) => version === expectedVersion + index + 1);
  const isWhole = isCounted && document.version === expectedVersion + events.length;
  const isOfRun = document.id === run && summary.id === run;
  if (isWhole && isOfRun && events.every((event) => event.run === run)) return;
  throw new Error(`the commit of ${run} does not continue its version ${expectedVersion}`);
}
