import type { DatabaseSync } from "node:sqlite";
import { Actor, type RunId } from "@tutti/protocol";
import { z } from "zod";
import type { Commit, Doing, Store } from "../../engine/ports/store.ts";
import { parseJson, parseRow } from "./rows.ts";

const Row = z.object({
  seq: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  detail: z.string(),
  after: z.number(),
});

export type AuditTable = {
  /** `actor` is the line's actor as JSON; `after` the last event before what was done outside every run. */
  readonly insert: (
    line: Commit["audit"],
    about: { readonly run: RunId | null; readonly actor: string; readonly after?: number },
  ) => void;
  readonly doings: Store["doings"];
};

export function auditTable(database: DatabaseSync): AuditTable {
  const insert = database.prepare(
    `INSERT INTO audit (at, run, actor, action, outcome, detail, after_event)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const doings = database.prepare(
    `SELECT seq, at, actor, action, detail, after_event AS after
     FROM audit INDEXED BY audit_outside_runs
     WHERE after_event IS NOT NULL AND after_event <= ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  return {
    insert: ({ at, action, outcome, detail }, { run, actor, after = null }) => {
      insert.run(at, run, actor, action, outcome, detail, after);
    },
    doings: ({ upTo, before = Number.MAX_SAFE_INTEGER, limit }) =>
      doings.all(upTo, before, limit).map(toDoing),
  };
}

function toDoing(value: unknown): Doing {
  const row = parseRow(Row, value, "an audit line");
  const name = `audit line ${row.seq}`;
  const actor = parseRow(Actor, parseJson(row.actor, name), name);
  const { seq: number, after, at, action: did, detail: about } = row;
  return { number, after, at, actor, did, about };
}
