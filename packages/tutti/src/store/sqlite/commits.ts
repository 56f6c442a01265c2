/** One commit, written inside the writer's transaction. Events get their sequence numbers here. */
import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "@tutti/protocol";
import type { Commit, Committed, Store } from "../../engine/ports/store.ts";
import type { AuditTable } from "./audit.ts";
import type { DocumentTable } from "./documents.ts";
import type { EffectTable } from "./effects.ts";
import { eventTable } from "./events.ts";
import type { EventTable } from "./events.ts";
import type { RequestTable } from "./requests.ts";
import type { RunTable } from "./runs.ts";

type Tables = {
  readonly runs: RunTable;
  readonly documents: DocumentTable;
  readonly effects: EffectTable;
  readonly audit: AuditTable;
  readonly requests: RequestTable;
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
    this.#tables.runs.forget();
  }

  apply(commit: Commit): Committed {
    const { runs, documents, effects, audit, requests } = this.#tables;
    const versions = { from: commit.expectedVersion, to: commit.document.version };
    const number = runs.move(commit.summary, versions);
    if (number === null) return { kind: "stale", version: runs.version(commit.run) };
    documents.write(number, commit.document);
    const events = commit.events.map((event): RunEvent => {
      this.#nextHead += 1;
      return { ...event, seq: this.#nextHead };
    });
    // Nearly always one actor, and the same object.
    const { actor } = commit.audit;
    const text = JSON.stringify(actor);
    for (const event of events) {
      this.events.insert(number, event, event.actor === actor ? text : JSON.stringify(event.actor));
    }
    for (const effect of commit.requested) effects.insert(number, effect);
    for (const effect of commit.settled) effects.close(number, effect, "settled");
    for (const effect of commit.cancelled) effects.close(number, effect, "cancelled");
    requests.insert(commit);
    audit.insert(commit.audit, { run: commit.run, actor: text });
    return { kind: "committed", events };
  }

  /** An audit line alone. */
  note({ run, ...line }: Parameters<Store["audit"]>[0]): void {
    const about = { run, actor: JSON.stringify(line.actor) };
    const isDoing = run === null && line.outcome === "accepted";
    this.#tables.audit.insert(line, isDoing ? { ...about, after: this.#nextHead } : about);
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
