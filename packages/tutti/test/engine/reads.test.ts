/** What a run has is asked for by names that anybody may send. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createReads } from "../../src/engine/reads.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { sampleDocument, sampleRunId } from "../../../../test/fixtures/runs.ts";

it.each(["notes.md", "constructor", "toString"])(
  "a text that a run has not, %s, is none",
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-reads-"));
    const store = openSqliteStore(folder);
    const run = sampleRunId(1);
    const document = sampleDocument(run, 1);
    const reads = createReads({ store } as never, { document: () => document } as never);
    expect(await reads.artifact(run, name)).toBeNull();
    await store.close();
    rmSync(folder, { recursive: true });
  },
);
