import type { DatabaseSync } from "node:sqlite";
import { RunId } from "@tutti/protocol";
import { z } from "zod";
import type { Store } from "../../engine/ports/store.ts";
import { parseRow } from "./rows.ts";
import type { Writer } from "./writer.ts";

const Row = z.object({ number: z.number(), run: RunId });

export function boardsOf(database: DatabaseSync, writer: Writer): Store["boards"] {
  const missing = database.prepare(
    `SELECT number, id AS run FROM runs WHERE board IS NULL AND number < ?
     ORDER BY number DESC LIMIT ?`,
  );
  const keep = database.prepare("UPDATE runs SET board = ? WHERE id = ? AND version = ?");
  return {
    missing: ({ below = Number.MAX_SAFE_INTEGER, limit }) =>
      missing.all(below, limit).map((row) => parseRow(Row, row, "a run")),
    keep: (boards) =>
      writer.write(() => {
        for (const { run, version, board } of boards) keep.run(JSON.stringify(board), run, version);
      }),
  };
}
