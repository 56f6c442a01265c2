/**
 * Commits to the store of a folder until it is killed. Says `RUN VERSION` once a commit is
 * acknowledged. Every commit settles the effect of the one before and requests the next.
 *
 *   node store-writer.ts FOLDER
 */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../../packages/tutti/src/store/sqlite/store.ts";
import { sampleCommit, sampleEffect, sampleRunId } from "../../fixtures/runs.ts";

const RUNS = 8;
const [, , folder = ""] = process.argv;
const store = openSqliteStore(folder);

async function write(number: number): Promise<void> {
  const run = sampleRunId(number);
  for (let version = store.document(run)?.version ?? 0; ; version += 2) {
    await store.commit(
      sampleCommit(run, version, {
        events: 2,
        requested: [sampleEffect(run, version + 2)],
        settled: version === 0 ? [] : [sampleEffect(run, version).id],
      }),
    );
    writeSync(1, `${run} ${version + 2}\n`);
  }
}

await Promise.all(Array.from({ length: RUNS }, (_, index) => write(index + 1)));
