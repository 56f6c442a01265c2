import { RunId, type RunSummary } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { boardSearch } from "../src/features/board/board-search.ts";
import { matching } from "../src/features/board/board-tasks.ts";
import { locate, neighbour } from "../src/features/board/moves.ts";
import { runLookIn } from "../src/ui/run-state.ts";

const LISTS = [
  { column: "working", ids: ["a", "b", "c"] },
  { column: "review", ids: [] },
  { column: "ready", ids: ["d"] },
  { column: "done", ids: ["e", "f"] },
] as const;

describe("keys on the board", () => {
  it("stay within a column and stop at its ends", () => {
    expect(neighbour(LISTS, "a", "down")).toBe("b");
    expect(neighbour(LISTS, "c", "down")).toBe("c");
    expect(neighbour(LISTS, "a", "up")).toBe("a");
  });

  it("skip an empty column and keep the height as far as the next one has it", () => {
    expect(neighbour(LISTS, "c", "right")).toBe("d");
    expect(neighbour(LISTS, "d", "left")).toBe("a");
    expect(neighbour(LISTS, "e", "right")).toBe("e");
  });

  it("lead nowhere from a task that is not shown", () => {
    expect(neighbour(LISTS, "z", "down")).toBeNull();
    expect(neighbour(LISTS, null, "down")).toBeNull();
  });

  it("find a task by its number in all columns", () => {
    expect(locate(LISTS, 3)).toEqual({ column: "ready", index: 0 });
    expect(locate(LISTS, 5)).toEqual({ column: "done", index: 1 });
    expect(locate(LISTS, 9)).toEqual({ column: null, index: -1 });
  });
});

describe("the address of the board", () => {
  it("holds what is known and drops the rest", () => {
    expect(boardSearch({ q: "sum", state: "working", column: "ready", x: 1 })).toEqual({
      q: "sum",
      state: "working",
      column: "ready",
    });
    expect(boardSearch({ q: "", state: 3, column: "attic", project: undefined })).toEqual({});
  });
});

const run = (title: string, column: RunSummary["column"]): RunSummary => ({
  id: RunId.parse("r-4k2m9x7q1abc"),
  project: "p-sample",
  title,
  workflow: "quick",
  state: "working",
  text: "build",
  attention: 0,
  startedAt: 1,
  updatedAt: 2,
  column,
});

describe("a column", () => {
  it("shows the tasks that the daemon puts there, by a part of their title in any case", () => {
    const runs = [run("Mend the SUM", "working"), run("Sum up", "review"), run("Other", "working")];
    expect(matching(runs, "working", "sum").map(({ title }) => title)).toEqual(["Mend the SUM"]);
    expect(matching(runs, "working", undefined)).toHaveLength(2);
  });
});

describe("the look of a run", () => {
  it("says so when nothing is heard of its agent", () => {
    const silent = { state: "working", text: "build[P1]: no signal for 3 min" };
    expect(runLookIn(silent)).toEqual({ tone: "warning", word: "no signal for 3 min" });
    expect(runLookIn({ ...silent, state: "waiting" }).word).toBe("waiting for you");
    expect(runLookIn({ state: "queued", text: "queued" }).word).toBe("waiting for a slot");
  });
});
