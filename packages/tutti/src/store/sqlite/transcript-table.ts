import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "@tutti/protocol";
import { z } from "zod";
import { parseRow } from "./rows.ts";

const Numbered = z.object({ number: z.number() });
const Named = z.object({ name: z.string() });
const Total = z.object({ total: z.number() });
const Row = z.object({ body: z.string() });

/** Which part of a session to read: rows from a position on, until either bound is reached. */
type Window = {
  readonly from: number;
  readonly entries: number;
  readonly characters: number;
};

export type TranscriptTable = {
  readonly names: (run: RunId) => readonly string[];
  /** Entries of a session; 0 for one that is not there. */
  readonly total: (name: string) => number;
  readonly insert: (name: string, first: number, bodies: readonly string[]) => void;
  /** Rows beyond the bounds are never read. */
  readonly window: (name: string, window: Window) => string[];
};

export function transcriptTable(database: DatabaseSync): TranscriptTable {
  const find = database.prepare("SELECT number FROM sessions WHERE name = ?");
  const create = database.prepare("INSERT INTO sessions (name) VALUES (?) RETURNING number");
  const names = database.prepare(
    "SELECT name FROM sessions WHERE name >= ? AND name < ? ORDER BY number",
  );
  const total = database.prepare(
    `SELECT coalesce(max(t.position) + 1, 0) AS total
     FROM sessions s JOIN transcript t ON t.session = s.number WHERE s.name = ?`,
  );
  const insert = database.prepare(
    "INSERT INTO transcript (session, position, body) VALUES (?, ?, ?)",
  );
  const window = database.prepare(
    `SELECT t.body FROM sessions s JOIN transcript t ON t.session = s.number
     WHERE s.name = ? AND t.position >= ? ORDER BY t.position LIMIT ?`,
  );
  return {
    // `0` follows `/` in ASCII: every name that begins with the run's id and `/`.
    names: (run) => names.all(`${run}/`, `${run}0`).map((row) => parseRow(Named, row, run).name),
    total: (name) => parseRow(Total, total.get(name), name).total,
    insert: (name, first, bodies) => {
      const { number } = parseRow(Numbered, find.get(name) ?? create.get(name), name);
      bodies.forEach((body, index) => insert.run(number, first + index, body));
    },
    window: (name, { from, entries, characters }) => {
      const bodies: string[] = [];
      let sum = 0;
      for (const row of window.iterate(name, from, entries)) {
        const { body } = parseRow(Row, row, name);
        bodies.push(body);
        sum += body.length;
        if (sum > characters) break;
      }
      return bodies;
    },
  };
}
