/** Rows of a transcript's page: pieces of one text are one row, tools are one row each. */
import type { TranscriptEntry } from "@tutti/protocol";
import { expect, it } from "vitest";
import { rowsOf } from "../src/features/run/transcript-rows.ts";

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
