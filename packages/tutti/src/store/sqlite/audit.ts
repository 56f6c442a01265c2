import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "@tutti/protocol";
import type { Commit } from "../../engine/ports/store.ts";

export type AuditTable = {
  /** `actor` is the line's actor as JSON. */
  readonly insert: (
    line: Commit["audit"],
    about: { readonly run: RunId | null; readonly actor: string },
  ) => void;
};

export function auditTable(database: DatabaseSync): AuditTable {
  const insert = database.prepare(
    "INSERT INTO audit (at, run, actor, action, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    insert: ({ at, action, outcome, detail }, { run, actor }) => {
      insert.run(at, run, actor, action, outcome, detail);
    },
  };
}
