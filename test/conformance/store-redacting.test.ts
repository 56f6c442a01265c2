import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe } from "vitest";
import { redactingStore } from "../../packages/tutti/src/secrets/redacting-store.ts";
import { createRedactor } from "../../packages/tutti/src/secrets/redact/redactor.ts";
import { openSqliteStore, STORE_FILE } from "../../packages/tutti/src/store/sqlite/store.ts";
import { testStore } from "./store.ts";

describe("the SQLite store behind the redactor", () => {
  testStore(async () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-store-"));
    return {
      open: async () => redactingStore(openSqliteStore(folder), createRedactor()),
      ageDocument: async (run) => {
        const database = new DatabaseSync(join(folder, STORE_FILE));
        const sql =
          "UPDATE documents SET fold = 0 WHERE run = (SELECT number FROM runs WHERE id = ?)";
        database.prepare(sql).run(run);
        database.close();
      },
      dispose: async () => rmSync(folder, { recursive: true }),
    };
  });
});
