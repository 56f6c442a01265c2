/** The detail of a tool: lines of a change are told apart by the head of their hunk, and no others. */
import { expect, it } from "vitest";
import { detailParts } from "../src/features/run/detail-parts.ts";

it("tells what was added, removed and left of a change, and the text around it", () => {
  const detail = '{"path":"a.js"}\na.js\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\nDone';
  expect(detailParts(detail)).toEqual([
    { kind: "text", text: '{"path":"a.js"}\na.js' },
    { kind: "head", text: "@@ -1,3 +1,3 @@" },
    { kind: "context", text: " one" },
    { kind: "removed", text: "-two" },
    { kind: "added", text: "+zwei" },
    { kind: "context", text: " three" },
    { kind: "text", text: "Done" },
  ]);
});

it("takes no line for a change that stands outside a hunk, or behind its last line", () => {
  expect(detailParts("- a list\n+ more of it")).toEqual([
    { kind: "text", text: "- a list\n+ more of it" },
  ]);
  expect(detailParts("@@ -0,0 +1,1 @@\n+one\n+two\n- three")).toEqual([
    { kind: "head", text: "@@ -0,0 +1,1 @@" },
    { kind: "added", text: "+one" },
    { kind: "text", text: "+two\n- three" },
  ]);
});

it("loses no character, whatever is cut off", () => {
  const detail = "@@ -1,9 +1 @@\n-a\n\n+b\n@@ -2 +2 @@\n c… (7 more characters)";
  expect(
    detailParts(detail)
      .map(({ text }) => text)
      .join("\n"),
  ).toBe(detail);
});
