import { type BlameView, CheckpointView, CommitId, type DiffFile, RunId } from "@tutti/protocol";
import { defaultParseSearch } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import { changeRequest, requestText } from "../src/features/diff/change-request.ts";
import { diffAddress, diffLink } from "../src/features/diff/diff-address.ts";
import { withNamed } from "../src/ui/hidden-characters.ts";
import type { DraftComment } from "../src/features/diff/kept.ts";
import {
  amountText,
  filesOf,
  isMarked,
  type Marks,
  toggled,
} from "../src/features/diff/leaving.ts";
import { pairsOf, parsePatch } from "../src/features/diff/patch.ts";
import { choiceOf, rangesOf } from "../src/features/diff/ranges.ts";
import { groupsOf } from "../src/features/diff/risk.ts";
import { fileRows, findLine, type ReviewFile, rowsOf } from "../src/features/diff/rows.ts";
import { seenFiles, newIn, seenOf, sightOf, together } from "../src/features/diff/seen.ts";
import { wordChange } from "../src/features/diff/words.ts";
import { workOf, writersOf } from "../src/features/diff/writers.ts";

const PATCH = [
  "diff --git a/a.ts b/a.ts",
  "index 1..2 100644",
  "--- a/a.ts",
  "+++ b/a.ts",
  "@@ -1,4 +1,4 @@",
  " one",
  "-two",
  "--- three",
  "+second",
  " four",
  "@@ -20,2 +20,3 @@ function here()",
  " twenty",
  "+new",
  "+++ more",
  " end",
  "\\ No newline at end of file",
  "",
].join("\n");

const texts = (patch: ReturnType<typeof parsePatch>) =>
  Array.from({ length: patch.count }, (_, index) => {
    const { kind, old, new: after, text } = patch.lineAt(index);
    return [kind, old, after, text];
  });

describe("a patch", () => {
  it("takes no fact from the name of a file", () => {
    const name = "a\u2028old mode 1\u2028new mode 2\u2028Binary files b.ts";
    const patch = parsePatch(PATCH.replaceAll("a.ts", name));
    expect([patch.isBinary, patch.mode, patch.hunks.length]).toEqual([false, null, 2]);
    const changed = parsePatch(PATCH.replace("index", "old mode 100644\nnew mode 100755\nindex"));
    expect(changed.mode).toEqual({ from: "100644", to: "100755" });
  });

  it.each(["\r", "\u2028", "\u2029"])(
    "has its hunks whatever ends of lines, %j, stand in their heads",
    (end) => {
      const patch = parsePatch(PATCH.replace("function here()", `function here(${end})`));
      expect(patch.hunks.map(({ name, count }) => [name, count])).toEqual([
        ["-1,4 +1,4", 5],
        ["-20,2 +20,3", 4],
      ]);
    },
  );

  it("is read into hunks and numbered lines, whatever the lines look like", () => {
    const patch = parsePatch(PATCH);
    expect(patch.hunks).toEqual([
      { context: "", name: "-1,4 +1,4", newStart: 1, first: 0, count: 5 },
      { context: "function here()", name: "-20,2 +20,3", newStart: 20, first: 5, count: 4 },
    ]);
    expect(texts(patch)).toEqual([
      ["same", 1, 1, "one"],
      ["removed", 2, null, "two"],
      ["removed", 3, null, "-- three"],
      ["added", null, 2, "second"],
      ["same", 4, 3, "four"],
      ["same", 20, 20, "twenty"],
      ["added", null, 21, "new"],
      ["added", null, 22, "++ more"],
      ["same", 21, 23, "end"],
    ]);
  });

  it("sets removed lines beside the added ones in their place", () => {
    const patch = parsePatch(PATCH);
    expect(patch.hunks.flatMap((hunk) => pairsOf(patch, hunk))).toEqual([
      { left: 0, right: 0 },
      { left: 1, right: 3 },
      { left: 2, right: -1 },
      { left: 4, right: 4 },
      { left: 5, right: 5 },
      { left: -1, right: 6 },
      { left: -1, right: 7 },
      { left: 8, right: 8 },
    ]);
  });

  it("of a file without lines says why there are none", () => {
    expect(parsePatch("diff --git a/x b/x\nBinary files a/x and b/x differ\n").isBinary).toBe(true);
    const mode = parsePatch("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n");
    expect(mode).toMatchObject({ hunks: [], mode: { from: "100644", to: "100755" } });
    expect(parsePatch("")).toMatchObject({ count: 0, hunks: [] });
  });

  it("of 100 000 lines is read without making them", () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `+line ${at}`).join("\n");
    const patch = parsePatch(`--- /dev/null\n+++ b/x\n@@ -0,0 +1,100000 @@\n${lines}\n`);
    expect(patch.count).toBe(100_000);
    expect(patch.lineAt(99_999)).toMatchObject({ new: 100_000, text: "line 99999" });
    const rows = rowsOf([fileRows(reviewed({ kind: "read", patch, isCut: false }), "unified")]);
    expect(rows.count).toBe(100_002);
    expect(rows.at(100_001).row).toEqual({ kind: "line", index: 99_999 });
  });
});

const cut = (text: string, spans: readonly { start: number; end: number }[]) =>
  spans.map(({ start, end }) => text.slice(start, end));

const marked = (before: string, after: string) => {
  const change = wordChange(before, after);
  if (change === null) return null;
  return [cut(before, change.removed), cut(after, change.added)];
};

describe("changed words", () => {
  it("are those that the other line does not have in the same order", () => {
    expect(marked("sum(a, b)", "sum(a, c)")).toEqual([["b"], ["c"]]);
    expect(marked("return value + 1;", "return value * 2;")).toEqual([
      ["+", "1"],
      ["*", "2"],
    ]);
    expect(marked("a b c", "a x b c")).toEqual([[], ["x "]]);
    expect(marked("same", "same")).toEqual([[], []]);
  });

  it("are not marked where lines have little in common or are endless", () => {
    expect(marked("alpha beta gamma", "one.two(three)")).toBeNull();
    expect(marked("x ".repeat(1000), "y ".repeat(1000))).toBeNull();
  });
});

const file = (path: string): DiffFile => ({
  path,
  status: "modified",
  from: null,
  added: 1,
  removed: 1,
});

describe("the order of files", () => {
  it("is by what can do most harm", () => {
    const paths = [
      "docs/guide.md",
      "src/sum.ts",
      "src/sum.test.ts",
      "package.json",
      ".github/workflows/ci.yml",
      "src/auth/login.ts",
      "test/flagged.test.ts",
      "README.md",
    ];
    const groups = groupsOf(
      paths.map((path) => file(path)),
      [{ path: "test/flagged.test.ts" }],
    );
    expect(groups.map(({ risk, files }) => [risk, files.map(({ path }) => path)])).toEqual([
      ["flagged", ["test/flagged.test.ts"]],
      ["sensitive", [".github/workflows/ci.yml", "package.json", "src/auth/login.ts"]],
      ["source", ["src/sum.ts"]],
      ["tests", ["src/sum.test.ts"]],
      ["docs", ["README.md", "docs/guide.md"]],
    ]);
  });
});

const id = (digit: string) => CommitId.parse(digit.repeat(40));
const checkpoint = (parent: string, commit: string, more: object = {}) =>
  CheckpointView.parse({
    commit: id(commit),
    parent: id(parent),
    step: "build[P1]",
    attempt: 1,
    by: "alto",
    authors: [{ name: "alto", family: "anthropic", models: ["opus"] }],
    changed: 1,
    at: 1,
    ...more,
  });

describe("ranges", () => {
  const checkpoints = [
    checkpoint("0", "1"),
    checkpoint("1", "2", { attempt: 2 }),
    checkpoint("2", "3", { step: null, attempt: null, by: "kim" }),
  ];
  const known = { base: id("0"), candidate: id("3"), checkpoints };

  it("are the whole, each step and attempt, and what is new since the last look", () => {
    const ranges = rangesOf({ ...known, seen: id("1") });
    expect(ranges.map(({ group, title, from, to }) => [group, title, from[0], to[0]])).toEqual([
      ["All", "All changes since the base", "0", "3"],
      ["You", "Since your last look", "1", "3"],
      ["Step", "build[P1], 2 attempts together", "0", "2"],
      ["Attempt", "build[P1], attempt 1", "0", "1"],
      ["Attempt", "build[P1], attempt 2", "1", "2"],
      ["Attempt", "Work of kim", "2", "3"],
    ]);
    expect(rangesOf({ ...known, seen: id("3") }).map(({ group }) => group)).not.toContain("You");
  });

  it("of other commits are named by them", () => {
    const other = choiceOf(rangesOf({ ...known, seen: null }), { from: id("8"), to: id("9") });
    expect(other.title).toBe("8888888 to 9999999");
  });
});

describe("the writer of a hunk", () => {
  const patch = parsePatch(PATCH);
  const [first, second] = patch.hunks;
  const plan = { items: [{ id: "P1", title: "Do it", covers: ["R1"], scope: [], needs: [] }] };
  const one = workOf(checkpoint("0", "1"), plan);
  const two = workOf(checkpoint("1", "2", { attempt: 2 }), plan);
  const checkpoints = new Map([one, two].map((each) => [each.commit, each]));
  const blame = (lines: BlameView["lines"], touched = [one.commit]): BlameView => {
    return { path: "a.ts", to: two.commit, lines, touched, isLate: false };
  };

  it("is each checkpoint that brought one of its lines", () => {
    const told = blame([
      { start: 2, count: 1, checkpoint: one.commit },
      { start: 21, count: 1, checkpoint: one.commit },
      { start: 22, count: 1, checkpoint: two.commit },
    ]);
    if (first === undefined || second === undefined) throw new Error("two hunks");
    const ofFirst = writersOf(patch, first, { blame: told, checkpoints });
    expect(ofFirst).toEqual({ checkpoints: [one], isPartial: false, isLate: false });
    const ofSecond = writersOf(patch, second, { blame: told, checkpoints });
    expect(ofSecond).toEqual({ checkpoints: [one, two], isPartial: false, isLate: false });
  });

  it("has done an item of the plan where its step is of one", () => {
    expect(one.item).toEqual({ title: "Do it", covers: ["R1"] });
    expect(workOf(checkpoint("0", "1", { step: "build" }), plan).item).toBeNull();
    expect(workOf(checkpoint("0", "1", { step: "build[P9]" }), plan).item).toBeNull();
  });

  it("is unknown where nothing tells, and is never guessed", () => {
    if (first === undefined) throw new Error("a hunk");
    expect(writersOf(patch, first, { blame: blame([]), checkpoints })).toEqual({
      checkpoints: [],
      isPartial: true,
      isLate: false,
    });
    const late = { ...blame([]), isLate: true };
    const { isLate } = writersOf(patch, first, { blame: late, checkpoints });
    expect(isLate).toBe(true);
    const gone = parsePatch("@@ -1,2 +0,0 @@\n-a\n-b\n");
    const [hunk] = gone.hunks;
    if (hunk === undefined) throw new Error("a hunk");
    const by = (touched: CommitId[]) =>
      writersOf(gone, hunk, { blame: blame([], touched), checkpoints });
    expect(by([one.commit])).toEqual({ checkpoints: [one], isPartial: false, isLate: false });
    expect(by([one.commit, two.commit])).toEqual({
      checkpoints: [],
      isPartial: true,
      isLate: false,
    });
  });
});

const comment = (more: Partial<DraftComment> = {}): DraftComment => ({
  id: "c1",
  path: "a.ts",
  commit: id("3"),
  side: "new",
  line: 2,
  quote: "  second",
  text: "Name it.",
  ...more,
});

const RANGE = { from: id("0"), to: id("3") };

function reviewed(loaded: ReviewFile["loaded"], more: Partial<ReviewFile> = {}): ReviewFile {
  return {
    file: file("a.ts"),
    loaded,
    isFolded: false,
    comments: [],
    writing: null,
    range: RANGE,
    ...more,
  };
}

const kinds = (reviewedFile: ReviewFile, view: "unified" | "split" = "unified") => {
  const rows = fileRows(reviewedFile, view);
  return Array.from({ length: rows.count }, (_, at) => rows.at(at).kind).join(" ");
};

describe("rows of a review", () => {
  const read = { kind: "read", patch: parsePatch(PATCH), isCut: false } as const;
  it("have comments below their line in both views, and those whose line is gone at the end", () => {
    const comments = [comment(), comment({ id: "c2", line: 999 })];
    expect(kinds(reviewed(read, { comments }))).toBe(
      "file hunk line line line line comment line hunk line line line line comment",
    );
    expect(kinds(reviewed(read, { comments }), "split")).toBe(
      "file hunk pair pair comment pair pair hunk pair pair pair pair comment",
    );
    expect(kinds(reviewed(read, { isFolded: true, comments }))).toBe("file");
    expect(kinds(reviewed({ kind: "wanted" }))).toBe("file wanted");
  });

  it("have a comment below its line only where the line is of the commits that are compared", () => {
    const comments = [comment({ commit: id("2") })];
    const rows = fileRows(reviewed(read, { comments }), "unified");
    expect(rows.at(rows.count - 1)).toMatchObject({ kind: "comment", isElsewhere: true });
    const old = [comment({ side: "old", line: 2, commit: RANGE.from })];
    expect(fileRows(reviewed(read, { comments: old }), "unified").at(4)).toMatchObject({
      kind: "comment",
      isElsewhere: false,
    });
  });

  it("find a line by its number on either side", () => {
    expect(findLine(read.patch, { side: "old", line: 3 })).toBe(2);
    expect(findLine(read.patch, { side: "new", line: 3 })).toBe(4);
    expect(findLine(read.patch, { side: "new", line: 10 })).toBe(-1);
  });

  it("keep their names when a comment comes above them", () => {
    const before = fileRows(reviewed(read), "unified");
    const after = fileRows(reviewed(read, { comments: [comment()] }), "unified");
    expect(after.keyAt(7)).toBe(before.keyAt(6));
    const names = Array.from({ length: after.count }, (_, at) => after.keyAt(at));
    expect(new Set(names).size).toBe(after.count);
  });
});

const item = (step: string) => ({
  id: "i",
  run: RunId.parse("r-abcdef123456"),
  kind: "approval" as const,
  step,
  since: 1,
  asks: "Approve",
  why: "",
  subject: "a".repeat(64),
  details: [],
  answers: [],
});
const step = (name: string, kind: string) => ({ id: name, kind });

const view = (waiting: string | null): Parameters<typeof changeRequest>[0] =>
  JSON.parse(
    JSON.stringify({
      attention: waiting === null ? [] : [item(waiting)],
      steps: [
        step("approve-spec", "approval"),
        step("build", "agent"),
        step("test", "checks"),
        step("approve-merge", "approval"),
      ],
    }),
  );

describe("a change request", () => {
  it("quotes each line with its place", () => {
    const text = requestText(
      [comment(), comment({ side: "old", line: 3, quote: "" })],
      "Two things.",
    );
    expect(text).toBe(
      "Two things.\n\na.ts:2\n> second\nName it.\n\na.ts:3 (as it was before the change)\nName it.",
    );
  });

  it("answers the approval of the change that waits, and no approval of what to build", () => {
    expect(changeRequest(view("approve-merge"), "no")).toMatchObject({
      kind: "approval.refuse",
      step: "approve-merge",
      answer: "changes",
      comment: "no",
    });
    for (const waiting of ["approve-spec", null]) {
      expect(changeRequest(view(waiting), "no")).toEqual({ kind: "work.return", comment: "no" });
    }
  });
});

describe("the address of a review", () => {
  it("holds commits, file and view, and leaves out what it does not understand", () => {
    const whole = { from: id("1"), to: id("2"), file: "a b.ts", view: "split" };
    expect(diffAddress(whole)).toEqual(whole);
    expect(diffAddress({ from: "--output=x", to: 3, file: "", view: "other", tab: "x" })).toEqual(
      {},
    );
  });

  it("holds a line or a hunk of its file, and none without a file", () => {
    for (const at of ["n12", "o1", "h0"]) {
      expect(diffAddress({ file: "a.ts", at })).toEqual({ file: "a.ts", at });
      expect(diffAddress({ at })).toEqual({});
    }
    for (const at of ["12", "n", "n012", "x12", "n1234567890", "n1 ", 12])
      expect(diffAddress({ file: "a.ts", at })).toEqual({ file: "a.ts" });
  });

  it("is given away as a link that says the same, whatever the file is called", () => {
    for (const path of ["a b.ts", "12", "שלום.txt", "a&b=c?.ts"]) {
      const address = { from: id("1"), to: id("2"), file: path, at: "n12" };
      const { pathname, search } = new URL(diffLink("r-1", address), "http://127.0.0.1");
      expect(pathname).toBe("/runs/r-1/diff");
      expect(diffAddress(defaultParseSearch(search))).toEqual(address);
    }
  });
});

const on = (path: string, ...hunks: string[]) => new Map([[path, new Set(hunks)]]);

describe("what was seen of a change", () => {
  it("adds up hunk by hunk, and only what is new is told", () => {
    const first = on("a.ts", "-1 +1");
    expect(newIn(first, on("a.ts", "-1 +1"))).toBeNull();
    expect(newIn(first, on("a.ts", "-1 +1", "-9 +9"))).toEqual(on("a.ts", "-9 +9"));
    expect(newIn(first, on("b.bin"))).toEqual(on("b.bin"));
    expect(together(first, on("a.ts", "-9 +9"))).toEqual(on("a.ts", "-1 +1", "-9 +9"));
    expect(sightOf(seenFiles(first))).toEqual(first);
  });

  it("is counted against all files, and against hunks where all are known", () => {
    const read = reviewed({ kind: "read", patch: parsePatch(PATCH), isCut: false });
    const other = { ...reviewed({ kind: "wanted" }), file: file("b.ts") };
    const [, name = ""] = parsePatch(PATCH).hunks.map((hunk) => hunk.name);
    const seen = on("a.ts", name, "-900 +900");
    expect(seenOf(seen, [read])).toEqual({ files: 1, hunks: 1, of: { files: 1, hunks: 2 } });
    expect(seenOf(seen, [read, other]).of).toEqual({ files: 2, hunks: null });
    const elsewhere = together(seen, on("b.ts", "-1 +1", "-5 +5"));
    expect(seenOf(elsewhere, [read, other])).toMatchObject({ files: 2, hunks: 3 });
    expect(seenOf(on("gone.ts", "-1 +1"), [read])).toMatchObject({ files: 0, hunks: 0 });
  });
});

describe("characters that hide", () => {
  it("are named where they stand, and text in any script stays as it is", () => {
    expect(withNamed("if (admin\u202E \u2066// check\u2069)")).toBe(
      "if (admin⟨U+202E⟩ ⟨U+2066⟩// check⟨U+2069⟩)",
    );
    expect(withNamed("a\u200Bb\u001B[31m\r")).toBe("a⟨U+200B⟩b⟨U+001B⟩[31m␍");
    expect(withNamed("\tשלום, 你好, 👩\u200D👧")).toBe("\tשלום, 你好, 👩\u200D👧");
  });
});

const marksAfter = (...steps: readonly (readonly [string, string | null])[]): Marks =>
  steps.reduce<Marks>((marks, [path, hunk]) => toggled(marks, path, hunk), new Map());

describe("what is marked to be left out", () => {
  it("is hunks by the names that git gives them, or whole files", () => {
    const marks = marksAfter(["a.ts", "-1 +1"], ["a.ts", "-9,2 +9,3"], ["b.ts", null]);
    expect(filesOf(marks)).toEqual([
      { path: "a.ts", hunks: ["-1 +1", "-9,2 +9,3"] },
      { path: "b.ts", hunks: null },
    ]);
    expect(amountText(filesOf(marks))).toBe("2 hunks of 1 file and 1 whole file");
    expect(isMarked("whole", "-1 +1")).toBe(true);
  });

  it("is nothing any more when every mark is taken away", () => {
    expect(filesOf(marksAfter(["a.ts", "-1 +1"], ["a.ts", "-1 +1"]))).toEqual([]);
    expect(filesOf(marksAfter(["a.ts", null], ["a.ts", "-1 +1"]))).toEqual([]);
    expect(filesOf(marksAfter(["a.ts", "-1 +1"], ["a.ts", null], ["a.ts", null]))).toEqual([]);
  });

  it("has the names of hunks as they stand in the patch", () => {
    const patch = parsePatch("@@ -1,3 +1,4 @@ head\n a\n+b\n c\n d\n@@ -9 +10,0 @@\n-x\n");
    expect(patch.hunks.map(({ name }) => name)).toEqual(["-1,3 +1,4", "-9 +10,0"]);
  });
});
