/** Runs of before lists showed anything of them: what is written beside them after a start. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { boardOf } from "../../src/domain/board.ts";
import { fillBoards } from "../../src/engine/fill-boards.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { sampleCommit, sampleDocument, sampleRunId } from "../../../../test/fixtures/runs.ts";

const RUNS = 50;
const NEVER = new AbortController().signal;
const runs = Array.from({ length: RUNS }, (_none, index) => sampleRunId(index));
const board = boardOf(sampleDocument(sampleRunId(1), 1));

let folder: string;
let store: Store;
const told: string[] = [];
const log = (message: string): void => void told.push(message);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-boards-"));
  store = openSqliteStore(folder);
  await Promise.all(runs.map((run) => store.commit(sampleCommit(run, 0))));
  told.length = 0;
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const shown = (): unknown[] => store.runs({ limit: RUNS }).items.map((item) => item.board);

it("every run has one, and others have their turn before each", async () => {
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 0);
  const { boards, document } = store;
  let before = 0;
  const opened: number[] = [];
  const look: Store["document"] = (run) => {
    opened.push(turns - before);
    before = turns;
    const until = performance.now() + 3;
    while (performance.now() < until);
    return document(run);
  };
  await fillBoards({ boards, document: look, log, signal: NEVER });
  clearInterval(ticking);
  expect(shown()).toEqual(runs.map(() => board));
  expect(Math.min(...opened.slice(1))).toBeGreaterThan(0);
  expect(boards.missing({ limit: 1 })).toEqual([]);
});

it("one that cannot be read keeps none of the others from theirs", async () => {
  const { boards, document } = store;
  const [broken = "", gone = ""] = runs;
  const look: Store["document"] = (run) => {
    if (run === broken) throw new Error("it is damaged");
    return run === gone ? null : document(run);
  };
  await fillBoards({ boards, document: look, log, signal: NEVER });
  expect(shown().filter((one) => one !== null)).toHaveLength(RUNS - 2);
  expect(told).toHaveLength(1);
});

it("what was committed meanwhile stands, and an end of the daemon ends it", async () => {
  const { boards, document } = store;
  const over = new AbortController();
  const [run = ""] = runs.slice(-1);
  const newer = { ...board, column: "review" as const };
  const look: Store["document"] = (of) => {
    if (of !== run) over.abort();
    return document(of);
  };
  const early = boards.keep([{ run: sampleRunId(RUNS - 1), version: 1, board }]);
  await store.commit(sampleCommit(sampleRunId(RUNS - 1), 1, { summary: { board: newer } }));
  await early;
  await boards.keep([{ run: sampleRunId(RUNS - 1), version: 1, board }]);
  await fillBoards({ boards, document: look, log, signal: over.signal });
  expect(shown()[0]).toEqual(newer);
  expect(shown().filter((one) => one !== null)).toHaveLength(1);
});
