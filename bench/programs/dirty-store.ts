/** Commits to the store of a folder and dies without closing it, so that its log is left behind. */
import { openSqliteStore } from "../../packages/tutti/src/store/sqlite/store.ts";
import { sampleCommit, sampleRunId } from "../../test/fixtures/runs.ts";

const COMMITS = 500;
const [, , folder = ""] = process.argv;
const store = openSqliteStore(folder);
const run = sampleRunId(Date.now());
await Promise.all(
  Array.from({ length: COMMITS }, (_, version) => store.commit(sampleCommit(run, version))),
);
process.kill(process.pid, "SIGKILL");
