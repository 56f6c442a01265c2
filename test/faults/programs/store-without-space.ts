/**
 * Commits until the disk refuses, makes room, goes on, and prints what it saw as one JSON document.
 *
 *   node store-without-space.ts FOLDER ballast     a file in FOLDER is what fills the disk
 *   node store-without-space.ts FOLDER limit       the process's own limit on file sizes refuses
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { openSqliteStore } from "../../../packages/tutti/src/store/sqlite/store.ts";
import { sampleCommit, sampleRunId } from "../../fixtures/runs.ts";

const [, , folder = "", means = ""] = process.argv;
const BALLAST_BYTES = 1024 * 1024;
const TRIES_MAX = 50_000;
const ballast = join(folder, "ballast");
const run = sampleRunId(1);
const session = `${run}/build`;

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return "stored";
  } catch (error) {
    return error instanceof TuttiError ? error.code : String(error);
  }
};

function makeRoom(): void {
  if (means === "ballast") rmSync(ballast);
  else execFileSync("prlimit", [`--pid=${process.pid}`, "--fsize=unlimited:unlimited"]);
}

if (means === "ballast") writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));
const data = join(folder, "data");
const store = openSqliteStore(data);
let version = 0;
let refusal = "stored";
while (refusal === "stored" && version < TRIES_MAX) {
  refusal = await codeOf(store.commit(sampleCommit(run, version)));
  if (refusal === "stored") version += 1;
}
const group = await Promise.all(
  [2, 3, 4].map((number) =>
    codeOf(store.commit(sampleCommit(sampleRunId(number), 0, { events: 40 }))),
  ),
);
const blob = await codeOf(store.blobs.put(Buffer.alloc(BALLAST_BYTES, 2)));
store.transcript.append(session, [{ kind: "text", at: 1, text: "z".repeat(60_000) }]);
const flush = await codeOf((async () => store.transcript.flush())());
const whileFull = {
  head: store.head(),
  document: store.document(run)?.version,
  transcript: store.transcript.read(session, 0, 10).total,
};

makeRoom();
const after = await codeOf(store.commit(sampleCommit(run, version)));
store.transcript.flush();
await store.close();
const again = openSqliteStore(data);
const events = again.eventsOf(run, 0, TRIES_MAX).map((event) => event.version);
const reopened = {
  isContiguous: events.every((found, index) => found === index + 1),
  events: events.length,
  head: again.head(),
  transcript: again.transcript.read(session, 0, 10).total,
};
await again.close();
process.stdout.write(
  JSON.stringify({ version, refusal, group, blob, flush, whileFull, after, reopened }),
);
