import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { FOLD_VERSION, RunDocument, RunId, TuttiError } from "@tutti/protocol";
import { z } from "zod";
import type { Commit, Page, RunSummary } from "../../engine/ports/store.ts";
import { parseJson, parseRow } from "./rows.ts";

/** Runs in one page. */
const PAGE_MAX_RUNS = 1_000;

const Summary = z.object({
  number: z.number(),
  id: RunId,
  project: z.string(),
  title: z.string(),
  workflow: z.string(),
  state: z.string(),
  text: z.string(),
  attention: z.number(),
  startedAt: z.number(),
  updatedAt: z.number(),
});

const Versioned = z.object({ version: z.number() });
const Stored = z.object({ fold: z.number(), body: z.string() });
const Cursor = z.string().regex(/^\d{1,16}\.\d{1,16}$/u);

type OutputRow = Record<string, SQLOutputValue>;

type RunQuery = {
  readonly project?: string;
  readonly states?: readonly string[];
  readonly cursor?: string;
  readonly limit: number;
};

export type RunTable = {
  /** Moves the run from the commit's expected version to the document's; `null` when it is elsewhere. Returns its row number. */
  readonly write: (commit: Commit) => number | null;
  /** 0 for a run that is not there. */
  readonly version: (run: RunId) => number;
  readonly document: (run: RunId) => RunDocument | null;
  readonly page: (query: RunQuery) => Page<RunSummary>;
};

export function runTable(database: DatabaseSync): RunTable {
  const insert = database.prepare(
    `INSERT INTO runs (id, version, project, title, workflow, state, text, attention, started_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING number`,
  );
  const update = database.prepare(
    `UPDATE runs SET version = ?, title = ?, state = ?, text = ?, attention = ?, updated_at = ?
     WHERE id = ? AND version = ? RETURNING number`,
  );
  const replace = database.prepare(
    `INSERT INTO documents (run, fold, body) VALUES (?, ?, ?)
     ON CONFLICT (run) DO UPDATE SET fold = excluded.fold, body = excluded.body`,
  );
  const version = database.prepare("SELECT version FROM runs WHERE id = ?");
  const document = database.prepare(
    "SELECT d.fold, d.body FROM runs r JOIN documents d ON d.run = r.number WHERE r.id = ?",
  );

  function move({ expectedVersion, document: next, summary: row }: Commit): OutputRow | undefined {
    const { id, title, state, text, attention, startedAt, updatedAt } = row;
    if (expectedVersion > 0) {
      const values = [next.version, title, state, text, attention, updatedAt];
      return update.get(...values, id, expectedVersion);
    }
    const values = [row.project, title, row.workflow, state, text, attention];
    return insert.get(id, next.version, ...values, startedAt, updatedAt);
  }

  return {
    write: (commit) => {
      const row = move(commit);
      if (row === undefined) return null;
      const number = numberOf(row);
      replace.run(number, commit.document.fold, JSON.stringify(commit.document));
      return number;
    },
    version: (run) => {
      const row = version.get(run);
      return row === undefined ? 0 : parseRow(Versioned, row, run).version;
    },
    document: (run) => {
      const row = document.get(run);
      if (row === undefined) return null;
      const { fold, body } = parseRow(Stored, row, run);
      if (fold !== FOLD_VERSION) return null;
      return parseRow(RunDocument, parseJson(body, run), `the document of ${run}`);
    },
    page: (query) => readPage(database, query),
  };
}

/** On the hot path of every commit, so without a schema. */
function numberOf(row: OutputRow): number {
  const { number } = row;
  if (typeof number === "number") return number;
  throw new TuttiError("store.corrupt", "a run has no number");
}

function readPage(database: DatabaseSync, query: RunQuery): Page<RunSummary> {
  const limit = Math.min(Math.max(query.limit, 1), PAGE_MAX_RUNS);
  const { conditions, values } = toConditions(query);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = database
    .prepare(
      `SELECT number, id, project, title, workflow, state, text, attention,
              started_at AS "startedAt", updated_at AS "updatedAt"
       FROM runs ${where} ORDER BY started_at DESC, number DESC LIMIT ?`,
    )
    .all(...values, limit + 1)
    .map((row) => parseRow(Summary, row, "a run"));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map(({ number: _number, ...summary }) => summary),
    next: hasMore ? `${last.startedAt}.${last.number}` : null,
  };
}

function toConditions({ project, states, cursor }: RunQuery): {
  conditions: string[];
  values: SQLInputValue[];
} {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  if (project !== undefined) {
    conditions.push("project = ?");
    values.push(project);
  }
  if (states !== undefined) {
    conditions.push(`state IN (${states.map(() => "?").join(", ")})`);
    values.push(...states);
  }
  if (cursor !== undefined) {
    conditions.push("(started_at, number) < (?, ?)");
    values.push(...parseCursor(cursor));
  }
  return { conditions, values };
}

function parseCursor(cursor: string): number[] {
  if (Cursor.safeParse(cursor).success) return cursor.split(".").map(Number);
  throw new TuttiError("usage", `not a cursor of this list: ${cursor}`);
}
