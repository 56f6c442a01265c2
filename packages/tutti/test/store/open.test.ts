import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleCommit, sampleRunId } from "../../../../test/fixtures/runs.ts";
import { openSqliteStore, STORE_FILE } from "../../src/store/sqlite/store.ts";

const run = sampleRunId(1);

describe("opening a data folder", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tutti-open-"));
    file = join(folder, STORE_FILE);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** A store with something in it, closed. */
  const fill = async (runs = 1): Promise<void> => {
    const store = openSqliteStore(folder);
    const all = Array.from({ length: runs }, (_, index) => sampleCommit(sampleRunId(index + 1), 0));
    await Promise.all(all.map((commit) => store.commit(commit)));
    await store.close();
  };

  /** Opening fails with this code and changes no byte. */
  const expectRefusal = (code: string): void => {
    const before = readFileSync(file);
    expect(() => openSqliteStore(folder)).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(file).equals(before)).toBe(true);
  };

  it("makes the folder and the file for the owner only", async () => {
    const inner = join(folder, "deep", "data");
    const store = openSqliteStore(inner);
    expect(statSync(inner).mode & 0o777).toBe(0o700);
    expect(statSync(join(inner, STORE_FILE)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it("writes a log ahead of the file, and no row without its run", async () => {
    await fill();
    const database = new DatabaseSync(file);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(database.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    database.close();
  });

  it("is refused while another store has it, and free again after that one closed", async () => {
    const store = openSqliteStore(folder);
    expect(() => openSqliteStore(folder)).toThrow(expect.objectContaining({ code: "store.busy" }));
    await store.close();
    await openSqliteStore(folder).close();
  });

  it("can be read by others while a store is open", async () => {
    const store = openSqliteStore(folder);
    await store.commit(sampleCommit(run, 0));
    const reader = new DatabaseSync(file, { readOnly: true });
    expect(reader.prepare("SELECT count(*) AS count FROM events").get()).toEqual({ count: 1 });
    reader.close();
    await store.close();
  });

  it("refuses a newer schema and leaves it untouched", async () => {
    await fill();
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 999");
    database.close();
    expectRefusal("store.newer");
  });

  it("refuses an event of a newer schema", async () => {
    await fill();
    const database = new DatabaseSync(file);
    database.exec("UPDATE events SET schema = 999");
    database.close();
    const store = openSqliteStore(folder);
    expect(() => store.eventsOf(run, 0, 1)).toThrow(
      expect.objectContaining({ code: "store.newer" }),
    );
    await store.close();
  });

  it("refuses a file that is no store and leaves it untouched", () => {
    writeFileSync(file, "These are my notes, not a database.");
    expectRefusal("store.corrupt");
  });

  it("refuses a file that was cut short", async () => {
    await fill(200);
    truncateSync(file, statSync(file).size - 8_192);
    expectRefusal("store.corrupt");
  });

  it("refuses a file with a damaged page", async () => {
    await fill(200);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, bytes.length - 12_288, bytes.length - 8_192);
    writeFileSync(file, bytes);
    expectRefusal("store.corrupt");
  });

  it("names the row that cannot be read", async () => {
    await fill();
    const database = new DatabaseSync(file);
    database.exec('UPDATE events SET body = \'{"type":"run.flown"}\'');
    database.close();
    const store = openSqliteStore(folder);
    expect(() => store.eventsOf(run, 0, 1)).toThrow(
      expect.objectContaining({
        code: "store.corrupt",
        message: expect.stringContaining("event 1"),
      }),
    );
    await store.close();
  });

  it("takes up a log that a dead daemon left, without losing a commit", async () => {
    const store = openSqliteStore(folder);
    await store.commit(sampleCommit(run, 0, { events: 5 }));
    const copy = mkdtempSync(join(tmpdir(), "tutti-copy-"));
    for (const name of [STORE_FILE, `${STORE_FILE}-wal`])
      copyFileSync(join(folder, name), join(copy, name));
    await store.close();
    const reopened = openSqliteStore(copy);
    expect(reopened.head()).toBe(5);
    await reopened.close();
    rmSync(copy, { recursive: true });
  });
});
