/**
 * The anchor of the store's figures: the rows of a commit (run, document, event, audit line) written
 * to the same tables by bare `node:sqlite`, with JSON made beforehand, nothing checked, nothing awaited.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Commit } from "../packages/tutti/src/engine/ports/store.ts";
import { openSqliteStore, STORE_FILE } from "../packages/tutti/src/store/sqlite/store.ts";

export type RawCommit = {
  readonly commit: Commit;
  readonly document: string;
  readonly actor: string;
  readonly body: string;
};

export const toRaw = (commit: Commit): RawCommit => ({
  commit,
  document: JSON.stringify(commit.document),
  actor: JSON.stringify(commit.audit.actor),
  body: JSON.stringify(commit.events[0]?.body),
});

export type RawStore = Disposable & {
  /** One transaction, durable when it returns. */
  readonly write: (commits: readonly RawCommit[]) => void;
};

/** Lets the store make the file with its settings, then takes it over. */
export async function openRawStore(folder: string): Promise<RawStore> {
  await openSqliteStore(folder).close();
  const database = new DatabaseSync(join(folder, STORE_FILE));
  database.exec(
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -16384",
  );
  const insertRun = database.prepare(
    `INSERT INTO runs (id, version, project, title, workflow, state, text, attention, started_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number`,
  );
  const updateRun = database.prepare(
    `UPDATE runs SET version = ?, title = ?, state = ?, text = ?, attention = ?, updated_at = ?
     WHERE id = ? RETURNING number`,
  );
  const document = database.prepare(
    "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE SET body = excluded.body",
  );
  const event = database.prepare(
    "INSERT INTO events (run, version, at, actor, schema, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const audit = database.prepare(
    "INSERT INTO audit (at, run, actor, action, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)",
  );

  function writeOne({ commit, document: json, actor, body }: RawCommit): void {
    const { summary: row, audit: line, expectedVersion } = commit;
    const version = expectedVersion + 1;
    const moved = [row.state, row.text, row.attention];
    const found =
      expectedVersion === 0
        ? insertRun.get(
            row.id,
            version,
            row.project,
            row.title,
            row.workflow,
            ...moved,
            row.startedAt,
            row.updatedAt,
          )
        : updateRun.get(version, row.title, ...moved, row.updatedAt, row.id);
    const number = Number(found?.["number"]);
    document.run(number, commit.document.fold, json);
    event.run(number, version, line.at, actor, 1, body);
    audit.run(line.at, row.id, actor, line.action, line.outcome, line.detail);
  }

  return {
    write: (commits) => {
      database.exec("BEGIN IMMEDIATE");
      for (const commit of commits) writeOne(commit);
      database.exec("COMMIT");
    },
    [Symbol.dispose]: () => database.close(),
  };
}
