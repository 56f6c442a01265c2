import { CommitId, type DiffFile } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { parsePatch } from "../src/features/diff/patch.ts";
import type { Shown } from "../src/features/diff/row-view.tsx";
import { fileRows, type Loaded, rowsOf, type View } from "../src/features/diff/rows.ts";
import { findSpot, spotIn, spotOf, spotText, spotWords } from "../src/features/diff/spot.ts";

const PATCH = [
  "@@ -1,3 +1,3 @@",
  " one",
  "-two",
  "+second",
  " three",
  "@@ -20,1 +20,2 @@",
  " twenty",
  "+new",
  "",
].join("\n");

const READ = { kind: "read", patch: parsePatch(PATCH), isCut: false } as const;
const COMMIT = CommitId.parse("1".repeat(40));

const file = (path: string): DiffFile => ({
  path,
  status: "modified",
  from: null,
  added: 2,
  removed: 1,
});

const shownOf = (path: string, loaded: Loaded, isFolded = false): Shown => ({
  file: file(path),
  loaded,
  isFolded,
  comments: [],
  writing: null,
  range: { from: COMMIT, to: COMMIT },
  flags: [],
  isViewed: isFolded,
  blame: null,
  left: null,
});

const reviewOf = (shown: readonly Shown[], view: View = "unified") => ({
  shown,
  rows: rowsOf(shown.map((each) => fileRows(each, view))),
});

const find = (review: ReturnType<typeof reviewOf>, at: string, path = "b.ts") =>
  findSpot(review, path, spotIn(at));

const kindIn = (shown: Shown, at = "n1") => find(reviewOf([shown]), at).kind;

const words = (at: string) => {
  const spot = spotIn(at);
  return spot === null ? null : spotWords("a.ts", spot);
};

describe("a place in a file of the review", () => {
  const both = [shownOf("a.ts", READ), shownOf("b.ts", READ)];

  it.each(["unified", "split"] as const)("is found by its address, %s", (view) => {
    const review = reviewOf(both, view);
    for (const at of ["n1", "n2", "o2", "n20", "n21", "h1", "h20"]) {
      const found = find(review, at);
      if (found.kind !== "row") throw new Error(`${at} is ${found.kind}`);
      const { file: number, row } = review.rows.at(found.index);
      expect(number).toBe(1);
      const spot = spotOf(both[1] ?? shownOf("b.ts", READ), row);
      // Beside each other, what is there now stands for what it took the place of.
      const told = view === "split" && at === "o2" ? "n2" : at;
      expect(spot === null ? null : spotText(spot)).toBe(told);
    }
  });

  it("is not there where the diff does not show it", () => {
    const review = reviewOf(both);
    for (const at of ["n10", "o21", "h2", "n22"]) expect(find(review, at).kind).toBe("gone");
    expect(find(review, "n1", "c.ts").kind).toBe("gone");
    // Of a file that is too long to be sent whole, it may be in the rest.
    expect(kindIn(shownOf("b.ts", { ...READ, isCut: true }), "n900")).toBe("cut");
  });

  it("is waited for where its file is folded, not read yet, or could not be read", () => {
    expect(kindIn(shownOf("b.ts", READ, true))).toBe("folded");
    expect(kindIn(shownOf("b.ts", { kind: "wanted" }))).toBe("unread");
    expect(kindIn(shownOf("b.ts", { kind: "failed", message: "no" }))).toBe("failed");
  });

  it("is the head of the file where no place in it is named", () => {
    const { rows, shown } = reviewOf(both);
    expect(findSpot({ rows, shown }, "b.ts", null)).toEqual({
      kind: "row",
      index: rows.startOf(1),
    });
  });

  it("is told in words", () => {
    expect(words("n12")).toBe("line 12 of a.ts");
    expect(words("o3")).toBe("the former line 3 of a.ts");
    expect(words("h7")).toBe("the hunk at line 7 of a.ts");
  });
});
