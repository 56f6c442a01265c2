/**
 * Group commit. Writes that are asked for in the same turn of the event loop share one transaction and
 * one sync of the disk; each is answered when that transaction is durable.
 *
 * A write that fails by its own fault (a broken constraint, a bug) must not hurt its neighbours: the
 * group is rolled back and its writes are done again one by one. A failure of the file (no space, an
 * I/O error) is everybody's: all are refused, nothing is kept, and the next write tries again.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TuttiError } from "@tutti/protocol";
import { isOwnFault, toFailure } from "./failures.ts";

/** Writes in one transaction; more wait for the next. */
const GROUP_MAX_WRITES = 1_000;

/** `run` happens inside a transaction, possibly twice: it changes nothing but the database. */
type Waiting = {
  readonly run: () => void;
  /** Answers with what the last `run` returned. */
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
};

type WriterOptions = {
  readonly file: string;
  /** Called after a transaction became durable / was rolled back. */
  readonly onCommitted: () => void;
  readonly onRolledBack: () => void;
};

export class Writer {
  readonly #database: DatabaseSync;
  readonly #options: WriterOptions;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #waiting: Waiting[] = [];
  #scheduled: NodeJS.Immediate | null = null;
  #isClosed = false;

  constructor(database: DatabaseSync, options: WriterOptions) {
    this.#database = database;
    this.#options = options;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
  }

  /** Resolves with what `write` returned, once that is durable. */
  write<Result>(write: () => Result): Promise<Result> {
    if (this.#isClosed) return Promise.reject(this.#closed());
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    let result: { readonly value: Result } | null = null;
    const answer = (): void => {
      if (result !== null) resolve(result.value);
    };
    const run = (): void => {
      result = { value: write() };
    };
    this.#waiting.push({ run, resolve: answer, reject });
    this.#scheduled ??= setImmediate(() => this.#flush());
    return promise;
  }

  /** One write of its own, durable when this returns. */
  writeNow(write: () => void): void {
    if (this.#isClosed) throw this.#closed();
    try {
      this.#transact(write);
    } catch (error) {
      throw toFailure(error, this.#options.file);
    }
  }

  /** Writes what waits and refuses whatever comes later. */
  close(): void {
    this.#isClosed = true;
    while (this.#waiting.length > 0) this.#flush();
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
  }

  #flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    const group = this.#waiting.splice(0, GROUP_MAX_WRITES);
    if (this.#waiting.length > 0) this.#scheduled = setImmediate(() => this.#flush());
    try {
      this.#transact(() => group.forEach((item) => item.run()));
      for (const item of group) item.resolve();
    } catch (error) {
      if (isOwnFault(error) && group.length > 1) return group.forEach((item) => this.#alone(item));
      const failure = toFailure(error, this.#options.file);
      for (const item of group) item.reject(failure);
    }
  }

  #alone(item: Waiting): void {
    try {
      this.#transact(item.run);
      item.resolve();
    } catch (error) {
      item.reject(toFailure(error, this.#options.file));
    }
  }

  #transact(body: () => void): void {
    try {
      this.#begin.run();
      body();
      this.#commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some failures.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#options.onRolledBack();
      throw error;
    }
    this.#options.onCommitted();
  }

  #closed(): TuttiError {
    const { file } = this.#options;
    return new TuttiError("store.failed", `${file} was closed`, { facts: { file } });
  }
}
