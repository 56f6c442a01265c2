/**
 * The store of one machine: one SQLite file. Reads are synchronous and see what was committed; writes
 * are grouped (writer.ts).
 */
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../../engine/ports/store.ts";
import { ensurePrivateFolder } from "../../platform/paths.ts";
import { auditTable } from "./audit.ts";
import { blobTable, hashBlob } from "./blobs.ts";
import { assertWhole, Commits } from "./commits.ts";
import { boardsOf } from "./boards.ts";
import { openDatabase } from "./database.ts";
import { documentTable } from "./documents.ts";
import { effectTable } from "./effects.ts";
import { toFailure } from "./failures.ts";
import { lockFolder } from "./lock.ts";
import { modelRequestTable } from "./model-requests.ts";
import { readPage, readProjects } from "./run-pages.ts";
import { requestTable } from "./requests.ts";
import { runTable } from "./runs.ts";
import { Transcripts } from "./transcripts.ts";
import { Writer } from "./writer.ts";

/** Name of the store's file in the data folder. */
export const STORE_FILE = "tutti.db";

/**
 * Opens the store of a data folder (made with mode 0700 when it is not there) and keeps every other
 * process out of it until `close`. TuttiError `store.busy`, `store.newer`, `store.corrupt`,
 * `store.failed` or `disk.full`; a file that is newer or damaged is left as it was.
 */
export function openSqliteStore(folder: string): Store {
  ensurePrivateFolder(folder);
  const lock = lockFolder(folder);
  const file = join(folder, STORE_FILE);
  let database: DatabaseSync | null = null;
  try {
    database = openDatabase(file);
    return createStore(database, { file, lock });
  } catch (error) {
    database?.close();
    lock[Symbol.dispose]();
    throw toFailure(error, file);
  }
}

function createStore(
  database: DatabaseSync,
  { file, lock }: { readonly file: string; readonly lock: Disposable },
): Store {
  const runs = runTable(database);
  const documents = documentTable(database);
  const effects = effectTable(database);
  const audit = auditTable(database);
  const requests = requestTable(database);
  const commits = new Commits(database, { runs, documents, effects, audit, requests });
  const writer = new Writer(database, {
    file,
    onCommitted: () => commits.keep(),
    onRolledBack: () => commits.drop(),
  });
  const transcripts = new Transcripts(database, writer);
  return {
    commit: (commit) =>
      writer.write(() => {
        assertWhole(commit);
        return commits.apply(commit);
      }),
    audit: (line) => writer.write(() => commits.note(line)),
    doings: audit.doings,
    document: documents.read,
    request: requests.find,
    events: commits.events.after,
    eventsOf: commits.events.ofRun,
    head: () => commits.head,
    runs: (query) => readPage(database, query),
    boards: boardsOf(database, writer),
    projects: (open) => readProjects(database, open),
    openEffects: effects.open,
    claim: (ids, lease) => writer.write(() => ids.filter((id) => effects.claim(id, lease))),
    release: (id, notBefore) => writer.write(() => effects.release(id, notBefore)),
    heartbeat: (ids, lease) =>
      writer.write(() => ids.forEach((id) => effects.heartbeat(id, lease))),
    transcript: {
      append: (session, entries) => transcripts.append(session, entries),
      flush: () => transcripts.flush(),
      read: (session, from, limit) => transcripts.read(session, from, limit),
      sessions: (run) => transcripts.sessionsOf(run),
      watch: (listener) => transcripts.watch(listener),
    },
    meter: meterOf(database, writer),
    blobs: blobsOf(database, writer),
    close: async () => {
      if (!database.isOpen) return;
      try {
        transcripts.close();
      } finally {
        writer.close();
        database.close();
        lock[Symbol.dispose]();
      }
    },
  };
}

function meterOf(database: DatabaseSync, writer: Writer): Store["meter"] {
  const table = modelRequestTable(database);
  return {
    append: (requests) => writer.write(() => requests.forEach((one) => table.insert(one))),
    totals: table.totals,
    requests: table.page,
  };
}

function blobsOf(database: DatabaseSync, writer: Writer): Store["blobs"] {
  const table = blobTable(database);
  return {
    put: async (bytes) => {
      const hash = hashBlob(bytes);
      await writer.write(() => table.insert(hash, bytes));
      return hash;
    },
    get: async (hash) => table.get(hash),
  };
}
