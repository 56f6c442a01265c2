import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "@tutti/protocol";
import type { Commit } from "../../engine/ports/store.ts";

type AuditLine = Commit["audit"] & { readonly run: RunId | null };

export type AuditTable = { readonly insert: (line: AuditLine) => void };

export function auditTable(database: DatabaseSync): AuditTable {
  const insert = database.prepare(
    "INSERT INTO audit (at, run, actor, action, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    insert: ({ at, run, actor, action, outcome, detail }) => {
      insert.run(at, run, JSON.stringify(actor), action, outcome, detail);
    },
  };
}
