import type { DatabaseSync } from "node:sqlite";
import { RunId } from "@tutti/protocol";
import { z } from "zod";
import type { Commit, Store } from "../../engine/ports/store.ts";
import { parseRow } from "./rows.ts";

const Row = z.object({ fingerprint: z.string(), run: RunId, version: z.number() });

export type RequestTable = {
  readonly insert: (commit: Commit) => void;
  readonly find: Store["request"];
};

export function requestTable(database: DatabaseSync): RequestTable {
  const insert = database.prepare(
    "INSERT INTO requests (key, fingerprint, run, version, at) VALUES (?, ?, ?, ?, ?)",
  );
  const find = database.prepare("SELECT fingerprint, run, version FROM requests WHERE key = ?");
  return {
    insert: ({ request, run, document, audit }) => {
      if (request === undefined) return;
      insert.run(request.key, request.fingerprint, run, document.version, audit.at);
    },
    find: (key) => {
      const row = find.get(key);
      return row === undefined ? null : parseRow(Row, row, "a request");
    },
  };
}
