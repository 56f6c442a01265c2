/**
 * Opening the file. A file that is newer or damaged is only ever read here, so that it stays as it was.
 */
import { chmodSync, closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "@tutti/protocol";
import { corrupt, toFailure } from "./failures.ts";
import { migrate, SCHEMA_VERSION, schemaVersion } from "./migrate.ts";

/** Others may read the file (a backup, a person); they hold its locks for moments only. */
const BUSY_TIMEOUT_MS = 2_000;
/** The log is copied into the file when it reaches this size, in pages of 4 KiB. */
const CHECKPOINT_PAGES = 4_096;
/** A log file above this size is cut back after a checkpoint, in bytes. */
const LOG_KEPT_BYTES = 32 * 1024 * 1024;
/** Page cache, in KiB. */
const CACHE_KIB = 16 * 1024;
/** Up to this size a file is read through before it is opened, in bytes: some 20 ms. */
const QUICK_CHECK_MAX_BYTES = 16 * 1024 * 1024;

const HEADER = "SQLite format 3\0";

/** TuttiError `store.newer`, `store.corrupt`, `store.failed` or `disk.full`. */
export function openDatabase(file: string): DatabaseSync {
  try {
    if (existsSync(file) && statSync(file).size > 0) inspect(file);
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      chmodSync(file, 0o600);
      database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -${CACHE_KIB};
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
        PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};
      `);
      migrate(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw toFailure(error, file);
  }
}

/** Reads only. Looks at what is cheap whatever the size; reads a small file as a whole. */
function inspect(file: string): void {
  requireHeader(file);
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const version = schemaVersion(database);
    if (version > SCHEMA_VERSION) {
      const message = `${file} has schema ${version}; this version of Tutti knows ${SCHEMA_VERSION}`;
      throw new TuttiError("store.newer", message, { facts: { file } });
    }
    const isSmall = statSync(file).size <= QUICK_CHECK_MAX_BYTES;
    const statement = isSmall ? "PRAGMA quick_check(1)" : "SELECT max(seq) FROM events";
    const [row] = database.prepare(statement).all();
    const answer = row?.["quick_check"];
    if (answer !== undefined && answer !== "ok") throw corrupt(file, String(answer));
  } finally {
    database.close();
  }
}

/** A file that was cut short below its first page, or is no database at all. */
function requireHeader(file: string): void {
  const bytes = Buffer.alloc(HEADER.length);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (bytes.toString("latin1") !== HEADER) throw corrupt(file, "it does not begin like a store");
}
