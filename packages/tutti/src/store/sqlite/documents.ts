import type { DatabaseSync } from "node:sqlite";
import { FOLD_VERSION, RunDocument } from "@tutti/protocol";
import type { RunId } from "@tutti/protocol";
import { z } from "zod";
import { parseJson, parseRow } from "./rows.ts";

const Row = z.object({ fold: z.number(), body: z.string() });

export type DocumentTable = {
  /** `number` is the run's row. */
  readonly write: (number: number, document: RunDocument) => void;
  /** `null` also for one of another fold version. */
  readonly read: (run: RunId) => RunDocument | null;
};

export function documentTable(database: DatabaseSync): DocumentTable {
  const replace = database.prepare(
    `INSERT INTO documents (run, fold, body) VALUES (?, ?, ?)
     ON CONFLICT (run) DO UPDATE SET fold = excluded.fold, body = excluded.body`,
  );
  const read = database.prepare(
    "SELECT d.fold, d.body FROM runs r JOIN documents d ON d.run = r.number WHERE r.id = ?",
  );
  return {
    write: (number, document) => {
      replace.run(number, document.fold, JSON.stringify(document));
    },
    read: (run) => {
      const row = read.get(run);
      if (row === undefined) return null;
      const { fold, body } = parseRow(Row, row, run);
      if (fold !== FOLD_VERSION) return null;
      return parseRow(RunDocument, parseJson(body, run), `the document of ${run}`);
    },
  };
}
