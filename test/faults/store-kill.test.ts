import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { RunId } from "@tutti/protocol";
import { openSqliteStore, STORE_FILE } from "../../packages/tutti/src/store/sqlite/store.ts";

const PROGRAM = join(import.meta.dirname, "programs/store-writer.ts");
const KILLS = 12;
const EVENTS_PAGE = 100_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-kill-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Lets the writer work for some acknowledgements, kills it, and returns the last of each run. */
async function writeAndKill(acknowledgements: number): Promise<ReadonlyMap<string, number>> {
  const child = spawn(process.execPath, [PROGRAM, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? code)),
  );
  const last = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [run = "", version = ""] = line.split(" ");
    last.set(run, Number(version));
    count += 1;
    if (count === acknowledgements) child.kill("SIGKILL");
  }
  expect(await exited).toBe("SIGKILL");
  return last;
}

it("keeps every acknowledged commit, whole, however often its process is killed", async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const acknowledged = await writeAndKill(1 + kill * 17);
    const store = openSqliteStore(folder);
    const events = store.events(0, EVENTS_PAGE);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    for (const [name, version] of acknowledged) {
      const run = RunId.parse(name);
      const versions = store.eventsOf(run, 0, EVENTS_PAGE).map((event) => event.version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
      expect(versions.length).toBeGreaterThanOrEqual(version);
      expect(store.document(run)?.version).toBe(versions.length);
    }
    const open = store.openEffects();
    const runs = store.runs({ limit: 100 }).items;
    expect(open.map(({ effect }) => effect.run).toSorted()).toEqual(
      runs.map(({ id }) => id).toSorted(),
    );
    await store.close();
  }
  const database = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
});
