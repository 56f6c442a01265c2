/** Rows of a transcript's page: pieces of one text are one row, tools are one row each. */
import type { TranscriptEntry } from "@tutti/protocol";
import { expect, it } from "vitest";
import { rowsOf, toolsAcross } from "../src/features/run/transcript-rows.ts";

const text = (words: string): TranscriptEntry => ({ kind: "text", at: 1, text: words });
const tool = (id: string, status: string): TranscriptEntry => ({
  kind: "tool",
  at: 1,
  id,
  title: id,
  status,
  detail: status,
});

const shown = (page: readonly TranscriptEntry[]) =>
  rowsOf(page).map((row) =>
    row === null ? null : row.entry.kind === "tool" ? row.entry.status : row.text,
  );

it("pieces of one text are one row, where it began", () => {
  expect(shown([text("a"), text("b"), tool("t", "completed"), text("c")])).toEqual([
    "ab",
    null,
    "completed",
    "c",
  ]);
});

it("a tool is one row as it stands now, and a text behind its news is a new one", () => {
  const page = [tool("t", "in_progress"), text("a"), tool("t", "completed"), text("b")];
  expect(shown(page)).toEqual(["completed", "a", null, "b"]);
});

it("a text without an end goes on in further rows", () => {
  const piece = "x".repeat(1500);
  expect(shown([text(piece), text(piece), text(piece)])).toEqual([piece + piece, null, piece]);
});

it("an update that says nothing of a tool's detail leaves what was said of it", () => {
  const page: TranscriptEntry[] = [
    { kind: "tool", at: 1, id: "t", title: "t", status: "in_progress", detail: "ls -l" },
    { kind: "tool", at: 2, id: "t", title: "t", status: "completed", detail: "" },
  ];
  expect(rowsOf(page)[0]?.entry).toMatchObject({ status: "completed", detail: "ls -l" });
});

it("a tool whose news are in later pages is one row, where it began", () => {
  const pages = new Map([
    [3, [tool("t", "completed"), text("b"), tool("u", "completed")]],
    [1, [text("a"), tool("t", "in_progress")]],
    [2, [tool("t", "in_progress"), tool("u", "pending")]],
  ]);
  const across = toolsAcross(pages);
  const rows = [1, 2, 3].map((number) =>
    rowsOf(pages.get(number) ?? [], across.get(number)).map((row) =>
      row === null ? null : row.entry.kind === "tool" ? row.entry.status : row.text,
    ),
  );
  expect(rows).toEqual([
    ["a", "completed"],
    [null, "completed"],
    [null, "b", null],
  ]);
});

it("news of a tool are a row of their own while the page in which it began is not there", () => {
  const pages = new Map([[7, [tool("t", "completed")]]]);
  expect(rowsOf(pages.get(7) ?? [], toolsAcross(pages).get(7))).toHaveLength(1);
  expect(rowsOf(pages.get(7) ?? [], toolsAcross(pages).get(7))[0]).not.toBeNull();
});
