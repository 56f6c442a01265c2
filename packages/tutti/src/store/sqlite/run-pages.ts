import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { BoardColumn, RunId, TuttiError } from "@tutti/protocol";
import { z } from "zod";
import type { Page, ProjectRuns, RunSummary } from "../../engine/ports/store.ts";
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
  board: z.string().nullable(),
  startedAt: z.number(),
  updatedAt: z.number(),
});

const Board = z.object({
  column: BoardColumn,
  families: z.object({ authors: z.array(z.string()), reviewers: z.array(z.string()) }),
});

const Cursor = z.string().regex(/^\d{1,16}\.\d{1,16}$/u);

type RunQuery = {
  readonly project?: string;
  readonly states?: readonly string[];
  readonly cursor?: string;
  readonly limit: number;
};

/** Newest first. TuttiError `usage` for a cursor that no page gave. */
export function readPage(database: DatabaseSync, query: RunQuery): Page<RunSummary> {
  const limit = Math.min(Math.max(query.limit, 1), PAGE_MAX_RUNS);
  const { conditions, values } = toConditions(query);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = database
    .prepare(
      `SELECT number, id, project, title, workflow, state, text, attention, board,
              started_at AS "startedAt", updated_at AS "updatedAt"
       FROM runs ${where} ORDER BY started_at DESC, number DESC LIMIT ?`,
    )
    .all(...values, limit + 1)
    .map((row) => parseRow(Summary, row, "a run"));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map(({ number: _number, board, ...summary }) => ({
      ...summary,
      board: board === null ? null : parseRow(Board, parseJson(board, summary.id), summary.id),
    })),
    next: hasMore ? `${last.startedAt}.${last.number}` : null,
  };
}

const Project = z.object({
  project: z.string(),
  runs: z.number(),
  open: z.number(),
  lastAt: z.number(),
  newest: RunId,
});

/** Counted by the database: there may be many thousands of runs. */
export const readProjects = (database: DatabaseSync, open: readonly string[]): ProjectRuns[] =>
  database
    .prepare(
      `SELECT counted.*, newest.id AS newest FROM (
         SELECT project, COUNT(*) AS runs, MAX(updated_at) AS "lastAt", MAX(number) AS number,
                SUM(state IN (${open.map(() => "?").join(", ")})) AS open
         FROM runs GROUP BY project
       ) AS counted JOIN runs AS newest ON newest.number = counted.number
       ORDER BY "lastAt" DESC, counted.number DESC`,
    )
    .all(...open)
    .map((row) => parseRow(Project, row, "a project"));

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
