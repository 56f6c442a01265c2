/** A store that a daemon may not open: each command says why and what to do, and the files stay as they are. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ERRORS, type ErrorCode } from "@tutti/protocol";
import { expect, it } from "vitest";
import { STORE_FILE } from "../../packages/tutti/src/store/sqlite/store.ts";
import { createDaemon, type Daemon, type Finished, jsonOf } from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { createProject, type Project } from "../fixtures/project.ts";

const GONE_MS = 2_000;
const HEADER_BYTES = 100;
const STORED: ReadonlySet<string> = new Set([STORE_FILE, `${STORE_FILE}-wal`]);

/** Content of the store and its log; the index beside them is made anew by whoever reads. */
const fingerprint = ({ data }: Daemon): string[] =>
  readdirSync(data)
    .filter((name) => STORED.has(name) && statSync(join(data, name)).size > 0)
    .map((name) => {
      const hash = createHash("sha256").update(readFileSync(join(data, name)));
      return `${name} ${hash.digest("hex")}`;
    });

/** A store that was used and closed in order. */
const useOnce = async (daemon: Daemon): Promise<void> => {
  await daemon.client.health();
  await daemon[Symbol.asyncDispose]();
};

const expectRefusal = (finished: Finished, code: ErrorCode): void => {
  expect(finished.code).toBe(ERRORS[code].exit);
  expect(finished.stderr).toContain(ERRORS[code].mend);
  expect(jsonOf(finished).error).toMatchObject({ code, mend: ERRORS[code].mend });
};

const expectNobody = async (project: Project): Promise<void> =>
  expect(await survivors(touching([project.folder]), GONE_MS)).toEqual([]);

const COMMANDS = [["tasks"], ["serve"], ["run", "Do it."]];

const expectRefused = async (
  { daemon, project }: { daemon: Daemon; project: Project },
  code: ErrorCode,
): Promise<void> => {
  const before = fingerprint(daemon);
  for (const command of COMMANDS) expectRefusal(await daemon.tutti([...command, "--json"]), code);
  expect(fingerprint(daemon)).toEqual(before);
  await expectNobody(project);
};

it("a store of a newer Tutti is refused and left as it is", async () => {
  using project = createProject({ agents: {} });
  const daemon = createDaemon(project);
  await useOnce(daemon);
  const database = new DatabaseSync(join(daemon.data, STORE_FILE));
  database.exec("PRAGMA user_version = 4000; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  await expectRefused({ daemon, project }, "store.newer");
});

it.each([
  ["its header is overwritten", 0, HEADER_BYTES],
  ["a page in it is overwritten", 5000, 4096],
])("a damaged store is refused and left as it is: %s", async (_title, position, bytes) => {
  using project = createProject({ agents: {} });
  const daemon = createDaemon(project);
  await useOnce(daemon);
  const file = openSync(join(daemon.data, STORE_FILE), "r+");
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, position);
  closeSync(file);
  await expectRefused({ daemon, project }, "store.corrupt");
});
