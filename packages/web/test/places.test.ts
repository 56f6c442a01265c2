import { describe, expect, it } from "vitest";
import { entryLink, recordSearch, transcriptSearch } from "../src/features/run/run-search.ts";
import { nextEntry, type RowAt, rowShowing } from "../src/features/run/use-entry.ts";

describe("the address of an entry of a transcript", () => {
  it("holds its session and its position, and a position alone means nothing", () => {
    const whole = { session: "r-1/build[P1]/1", entry: 0 };
    expect(transcriptSearch(whole)).toEqual(whole);
    expect(transcriptSearch({ entry: 7 })).toEqual({});
    for (const entry of [-1, 1.5, "7", null])
      expect(transcriptSearch({ session: "r-1/setup", entry })).toEqual({ session: "r-1/setup" });
  });

  it("is given away as a link that says the same", () => {
    const link = new URL(entryLink("r-1", "r-1/build[P1]/1", 12), "http://127.0.0.1");
    expect(link.pathname).toBe("/runs/r-1/transcript");
    expect(Object.fromEntries(link.searchParams)).toEqual({
      session: "r-1/build[P1]/1",
      entry: "12",
    });
  });
});

describe("the address of an event of the record", () => {
  it("holds its number beside how the use of models is told", () => {
    expect(recordSearch({ by: "agent", event: 212 })).toEqual({ by: "agent", event: 212 });
    for (const event of [0, -1, "x", 2.5]) expect(recordSearch({ event })).toEqual({});
  });
});

describe("the entry that is looked at", () => {
  const row = { entry: { kind: "note", at: 0, text: "" }, text: "" } as const;
  // A text in three pieces, one row each, and what is not read yet.
  const rows = [row, null, null, row, row];
  const rowAt: RowAt = (index) => (index < rows.length ? rows[index] : undefined);

  it("is shown by the row where its text began", () => {
    expect(rowShowing(2, rowAt)).toBe(0);
    expect(rowShowing(3, rowAt)).toBe(3);
    expect(rowShowing(9, rowAt)).toBe(9);
  });

  it("is followed by the next that has a row, read or not, up to either end", () => {
    expect(nextEntry(0, { by: 1, total: 10 }, rowAt)).toBe(3);
    expect(nextEntry(3, { by: -1, total: 10 }, rowAt)).toBe(0);
    expect(nextEntry(4, { by: 1, total: 10 }, rowAt)).toBe(5);
    expect(nextEntry(9, { by: 1, total: 10 }, rowAt)).toBe(null);
    expect(nextEntry(0, { by: -1, total: 10 }, rowAt)).toBe(null);
  });
});
