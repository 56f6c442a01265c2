import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleRunId } from "../../../../test/fixtures/runs.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore, STORE_FILE } from "../../src/store/sqlite/store.ts";
import { withinLimits } from "../../src/store/transcript-limits.ts";

const session = `${sampleRunId(1)}/build`;
const MIB = 1024 * 1024;

describe("transcripts on disk", () => {
  let folder: string;
  let store: Store;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tutti-transcript-"));
    store = openSqliteStore(folder);
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it("are written by themselves a moment after the append", async () => {
    store.transcript.append(session, [{ kind: "text", at: 1, text: "hello" }]);
    const reader = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
    const count = (): unknown => reader.prepare("SELECT count(*) AS count FROM transcript").get();
    expect(count()).toEqual({ count: 0 });
    await expect.poll(count).toEqual({ count: 1 });
    reader.close();
  });

  it("are read in windows however large they are, without growing the process", () => {
    const text = "x".repeat(10_000);
    for (let batch = 0; batch < 50; batch += 1) {
      store.transcript.append(
        session,
        Array.from({ length: 100 }, (_, index) => ({
          kind: "text",
          at: batch * 100 + index,
          text,
        })),
      );
    }
    store.transcript.flush();
    const before = process.memoryUsage().rss;
    for (const from of [0, 1_234, 2_500, 4_990, -10]) {
      const { entries, total } = store.transcript.read(session, from, 10);
      expect(total).toBe(5_000);
      expect(entries.map(({ at }) => at)).toEqual(
        Array.from({ length: 10 }, (_, index) => (from < 0 ? total + from : from) + index),
      );
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(16 * MIB);
  });
});

describe("the limits of an entry", () => {
  it("leave a small entry as it is", () => {
    const entry = { kind: "thought", at: 1, text: "" } as const;
    expect(withinLimits(entry)).toEqual([entry]);
  });

  it("cut the detail of a tool call and say how much is missing", () => {
    const entry = {
      kind: "tool",
      at: 1,
      id: "t",
      title: "read",
      status: "done",
      detail: "y".repeat(MIB),
    } as const;
    const [cut] = withinLimits(entry);
    expect(cut).toMatchObject({ kind: "tool", title: "read" });
    expect(JSON.stringify(cut).length).toBeLessThan(70_000);
    expect(JSON.stringify(cut)).toContain("983040 characters left out");
  });

  it("replace an entry that is too large in some other part by a note", () => {
    const entries = Array.from({ length: 20_000 }, () => ({
      text: "do something",
      status: "open",
    }));
    expect(withinLimits({ kind: "plan", at: 7, entries })).toMatchObject([
      { kind: "note", at: 7, text: expect.stringContaining("plan:") },
    ]);
  });
});
