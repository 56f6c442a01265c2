import type { DatabaseSync } from "node:sqlite";
import { RunEvent } from "@tutti/protocol";
import type { RunId } from "@tutti/protocol";
import { z } from "zod";
import { upcast } from "../upcast.ts";
import { parseJson, parseRow } from "./rows.ts";

const Row = z.object({
  seq: z.number(),
  run: z.string(),
  version: z.number(),
  at: z.number(),
  actor: z.string(),
  schema: z.number(),
  body: z.string(),
});

const Head = z.object({ head: z.number().nullable() });

const COLUMNS = "e.seq, r.id AS run, e.version, e.at, e.actor, e.schema, e.body";

export type EventTable = {
  /** Sequence of the last event, 0 when there is none. */
  readonly head: () => number;
  /** `number` is the run's row, `actor` the event's actor as JSON. */
  readonly insert: (number: number, event: RunEvent, actor: string) => void;
  readonly after: (seq: number, limit: number) => readonly RunEvent[];
  readonly ofRun: (run: RunId, after: number, limit: number) => readonly RunEvent[];
};

export function eventTable(database: DatabaseSync): EventTable {
  const head = database.prepare("SELECT max(seq) AS head FROM events");
  const insert = database.prepare(
    "INSERT INTO events (seq, run, version, at, actor, schema, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const after = database.prepare(
    `SELECT ${COLUMNS} FROM events e JOIN runs r ON r.number = e.run
     WHERE e.seq > ? ORDER BY e.seq LIMIT ?`,
  );
  const ofRun = database.prepare(
    `SELECT ${COLUMNS} FROM runs r JOIN events e ON e.run = r.number
     WHERE r.id = ? AND e.version > ? ORDER BY e.version LIMIT ?`,
  );
  return {
    head: () => parseRow(Head, head.get(), "the last event").head ?? 0,
    insert: (number, event, actor) => {
      const body = JSON.stringify(event.body);
      insert.run(event.seq, number, event.version, event.at, actor, event.schema, body);
    },
    after: (seq, limit) => after.all(seq, limit).map(toEvent),
    ofRun: (run, version, limit) => ofRun.all(run, version, limit).map(toEvent),
  };
}

function toEvent(value: unknown): RunEvent {
  const row = parseRow(Row, value, "an event");
  const name = `event ${row.seq}`;
  const actor = parseJson(row.actor, name);
  const body = upcast(row.schema, parseJson(row.body, name));
  return parseRow(RunEvent, { ...row, actor, body }, name);
}
