import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { TuttiError } from "@tutti/protocol";
import type { RunId } from "@tutti/protocol";
import { z } from "zod";
import type { RunSummary } from "../../engine/ports/store.ts";
import { parseRow } from "./rows.ts";

/** Runs whose row number is kept in memory. */
const REMEMBERED_RUNS = 1_000;

const Version = z.object({ version: z.number() });

type Row = Record<string, SQLOutputValue>;

export type RunTable = {
  /**
   * Moves a run from one version to another, 0 being a new run. Returns the number of its row, or
   * `null` when the run is not at `from`; then nothing was written.
   */
  readonly move: (
    summary: RunSummary,
    versions: { readonly from: number; readonly to: number },
  ) => number | null;
  /** The transaction was rolled back, and with it perhaps a new run's row. */
  readonly forget: () => void;
  /** 0 for a run that is not there. */
  readonly version: (run: RunId) => number;
};

export function runTable(database: DatabaseSync): RunTable {
  const insert = database.prepare(
    `INSERT INTO runs (id, version, project, title, workflow, state, text, attention, board, started_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING number`,
  );
  const update = database.prepare(
    `UPDATE runs SET version = ?, title = ?, state = ?, text = ?, attention = ?, board = ?, updated_at = ?
     WHERE number = ? AND version = ?`,
  );
  const find = database.prepare("SELECT number FROM runs WHERE id = ?");
  const present = database.prepare("SELECT version FROM runs WHERE id = ?");
  const numbers = new Map<RunId, number>();

  function remember(run: RunId, row: Row | undefined): number | null {
    if (row === undefined) return null;
    const number = numberOf(row);
    if (numbers.size >= REMEMBERED_RUNS) numbers.clear();
    numbers.set(run, number);
    return number;
  }

  return {
    move: ({ id, ...row }, { from, to }) => {
      const board = row.board === null ? null : JSON.stringify(row.board);
      const shown = [row.state, row.text, row.attention, board];
      if (from === 0) {
        const fixed = [to, row.project, row.title, row.workflow];
        return remember(id, insert.get(id, ...fixed, ...shown, row.startedAt, row.updatedAt));
      }
      const number = numbers.get(id) ?? remember(id, find.get(id));
      if (number === null) return null;
      const { changes } = update.run(to, row.title, ...shown, row.updatedAt, number, from);
      return changes === 1 ? number : null;
    },
    forget: () => numbers.clear(),
    version: (run) => {
      const row = present.get(run);
      return row === undefined ? 0 : parseRow(Version, row, run).version;
    },
  };
}

/** On the hot path of every commit, so without a schema. */
function numberOf({ number }: Row): number {
  if (typeof number === "number") return number;
  throw new TuttiError("store.corrupt", "a run has no number");
}
