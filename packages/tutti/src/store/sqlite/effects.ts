import type { DatabaseSync } from "node:sqlite";
import { Effect, EffectId } from "@tutti/protocol";
import { z } from "zod";
import type { EffectRow, Lease } from "../../engine/ports/store.ts";
import { parseJson, parseRow } from "./rows.ts";

const Row = z.object({
  id: EffectId,
  run: z.string(),
  payload: z.string(),
  notBefore: z.number().nullable(),
  state: z.enum(["pending", "active"]),
  attempt: z.number(),
  owner: z.string().nullable(),
  leaseUntil: z.number().nullable(),
});

export type EffectTable = {
  readonly insert: (number: number, effect: Effect) => void;
  /** Throws when the run has no such open effect: an effect is settled or cancelled exactly once. */
  readonly close: (number: number, effect: EffectId, state: "settled" | "cancelled") => void;
  readonly open: () => readonly EffectRow[];
  /** False when the row is not pending. */
  readonly claim: (effect: EffectId, lease: Lease) => boolean;
  readonly release: (effect: EffectId, notBefore: number | null) => void;
  readonly heartbeat: (effect: EffectId, lease: Lease) => void;
};

export function effectTable(database: DatabaseSync): EffectTable {
  const insert = database.prepare(
    `INSERT INTO effects (id, run, kind, payload, not_before, state, is_open, attempt)
     VALUES (?, ?, ?, ?, ?, 'pending', 1, 1)`,
  );
  const close = database.prepare(
    `UPDATE effects SET state = ?, is_open = 0, payload = NULL, owner = NULL, lease_until = NULL
     WHERE id = ? AND run = ? AND is_open = 1`,
  );
  const open = database.prepare(
    `SELECT e.id, r.id AS run, e.payload, e.not_before AS "notBefore", e.state, e.attempt, e.owner,
            e.lease_until AS "leaseUntil"
     FROM effects e JOIN runs r ON r.number = e.run WHERE e.is_open = 1 ORDER BY e.number`,
  );
  const claim = database.prepare(
    `UPDATE effects SET state = 'active', owner = ?, lease_until = ?
     WHERE id = ? AND is_open = 1 AND state = 'pending'`,
  );
  const release = database.prepare(
    `UPDATE effects SET state = 'pending', attempt = attempt + 1, not_before = ?, owner = NULL,
            lease_until = NULL
     WHERE id = ? AND is_open = 1 AND state = 'active'`,
  );
  const heartbeat = database.prepare(
    `UPDATE effects SET lease_until = ?
     WHERE id = ? AND is_open = 1 AND state = 'active' AND owner = ?`,
  );
  return {
    insert: (number, { id, payload, notBefore }) => {
      insert.run(id, number, payload.kind, JSON.stringify(payload), notBefore);
    },
    close: (number, effect, state) => {
      const { changes } = close.run(state, effect, number);
      if (changes !== 1) throw new Error(`${effect} is not open, so it cannot be ${state}`);
    },
    open: () => open.all().map(toEffectRow),
    claim: (effect, { owner, until }) => claim.run(owner, until, effect).changes === 1,
    release: (effect, notBefore) => {
      release.run(notBefore, effect);
    },
    heartbeat: (effect, { owner, until }) => {
      heartbeat.run(until, effect, owner);
    },
  };
}

function toEffectRow(value: unknown): EffectRow {
  const row = parseRow(Row, value, "an effect");
  const { id, run, notBefore, state, attempt, owner, leaseUntil } = row;
  const payload = parseJson(row.payload, id);
  const effect = parseRow(Effect, { id, run, payload, notBefore }, id);
  return { effect, state, attempt, owner, leaseUntil };
}
