/**
 * The rows of the whole review in one list: files one after the other, each with its hunks, lines and
 * the comments on them. Rows are numbers until they are shown, so that 100 000 of them cost little.
 */
import type { DiffFile } from "@tutti/protocol";
import type { DraftComment } from "./kept.ts";
import { type FilePatch, type Hunk, type Pair, pairsOf } from "./patch.ts";
import type { Range } from "./ranges.ts";

export type View = "unified" | "split";

export type Place = {
  readonly path: string;
  readonly side: "old" | "new";
  readonly line: number;
  readonly quote: string;
};

/** What is known of a file: not asked for yet, why it could not be read, or its patch. */
export type Loaded =
  | { readonly kind: "wanted" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "read"; readonly patch: FilePatch; readonly isCut: boolean };

export type ReviewFile = {
  readonly file: DiffFile;
  readonly loaded: Loaded;
  /** Viewed files show their head alone. */
  readonly isFolded: boolean;
  readonly comments: readonly DraftComment[];
  /** Comments on lines of these commits stand below their line, others at the end of the file. */
  readonly range: Range;
  /** Where a comment is being written. */
  readonly writing: Place | null;
};

export type Row =
  | { readonly kind: "file" }
  | { readonly kind: "wanted"; readonly lines: number }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "hunk"; readonly hunk: Hunk; readonly number: number }
  | { readonly kind: "line"; readonly index: number }
  | { readonly kind: "pair"; readonly pair: Pair }
  | { readonly kind: "comment"; readonly comment: DraftComment; readonly isElsewhere: boolean }
  | { readonly kind: "writing"; readonly place: Place };

type FileRows = {
  readonly count: number;
  readonly at: (index: number) => Row;
  /** Names the row among those of its file, whatever else comes or goes; a number for a line. */
  readonly keyAt: (index: number) => number | string;
};

export type Rows = {
  readonly count: number;
  /** The row and the file that it belongs to. */
  readonly at: (index: number) => {
    readonly file: number;
    readonly row: Row;
    readonly inFile: number;
  };
  readonly startOf: (file: number) => number;
  readonly keyAt: (index: number) => number | string;
};

/** More lines than any file has here. */
const FILE_STRIDE = 2 ** 24;

export function rowsOf(files: readonly FileRows[]): Rows {
  const starts: number[] = [];
  let count = 0;
  for (const file of files) {
    starts.push(count);
    count += file.count;
  }
  const fileOf = (index: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    count,
    startOf: (file) => starts[file] ?? 0,
    at: (index) => {
      const file = fileOf(index);
      const inFile = index - (starts[file] ?? 0);
      return { file, inFile, row: files[file]?.at(inFile) ?? { kind: "file" } };
    },
    keyAt: (index) => {
      const file = fileOf(index);
      const key = files[file]?.keyAt(index - (starts[file] ?? 0)) ?? "";
      return typeof key === "number" ? file * FILE_STRIDE + key : `${file} ${key}`;
    },
  };
}

const HEAD: Row = { kind: "file" };

const fixed = (rows: readonly Row[]): FileRows => ({
  count: rows.length,
  at: (index) => rows[index] ?? HEAD,
  keyAt: (index) => nameOf(rows[index] ?? HEAD),
});

function nameOf(row: Row): string {
  switch (row.kind) {
    case "pair":
      return `${row.pair.left},${row.pair.right}`;
    case "hunk":
      return `hunk ${row.number}`;
    case "comment":
      return row.comment.id;
    case "note":
      return row.text;
    default:
      return row.kind;
  }
}

export function fileRows(reviewed: ReviewFile, view: View): FileRows {
  const { file, loaded, isFolded } = reviewed;
  if (isFolded) return fixed([HEAD]);
  if (loaded.kind === "wanted") {
    return fixed([HEAD, { kind: "wanted", lines: (file.added ?? 0) + (file.removed ?? 0) }]);
  }
  if (loaded.kind === "failed") return fixed([HEAD, { kind: "note", text: loaded.message }]);
  const { patch, isCut } = loaded;
  const slots = new Slots();
  slots.push(HEAD);
  for (const text of notesOf(file, patch)) slots.push({ kind: "note", text });
  const inserts = insertsOf(patch, reviewed);
  for (const [number, hunk] of patch.hunks.entries()) {
    slots.push({ kind: "hunk", hunk, number });
    if (view === "unified") addLines(slots, hunk, inserts);
    else addPairs(slots, pairsOf(patch, hunk), inserts);
  }
  for (const row of inserts.get(NO_LINE) ?? []) slots.push(row);
  if (isCut) {
    slots.push({
      kind: "note",
      text: "The file goes on. Its end is longer than what is sent at once.",
    });
  }
  return slots.rows();
}

function notesOf(file: DiffFile, { isBinary, mode, hunks }: FilePatch): readonly string[] {
  const notes: string[] = [];
  if (mode !== null) notes.push(`The mode changed from ${mode.from} to ${mode.to}.`);
  if (isBinary) notes.push("The file is not text.");
  else if (hunks.length === 0 && mode === null) {
    notes.push(file.status === "renamed" ? "Renamed without a change." : "The file is empty.");
  }
  return notes;
}

/** Lines as their numbers, all else as a place in a short list. */
class Slots {
  private readonly numbers: number[] = [];
  private readonly others: Row[] = [];

  push(row: Row): void {
    this.numbers.push(-1 - this.others.length);
    this.others.push(row);
  }

  line(index: number): void {
    this.numbers.push(index);
  }

  rows(): FileRows {
    const { numbers, others } = this;
    return {
      count: numbers.length,
      at: (index) => {
        const number = numbers[index] ?? -1;
        return number >= 0 ? { kind: "line", index: number } : (others[-1 - number] ?? HEAD);
      },
      keyAt: (index) => {
        const number = numbers[index] ?? -1;
        return number >= 0 ? number : nameOf(others[-1 - number] ?? HEAD);
      },
    };
  }
}

type Inserts = ReadonlyMap<number, readonly Row[]>;

function addLines(slots: Slots, { first, count }: Hunk, inserts: Inserts): void {
  for (let index = first; index < first + count; index += 1) {
    slots.line(index);
    for (const row of inserts.get(index) ?? []) slots.push(row);
  }
}

function addPairs(slots: Slots, pairs: readonly Pair[], inserts: Inserts): void {
  for (const pair of pairs) {
    slots.push({ kind: "pair", pair });
    for (const index of new Set([pair.left, pair.right])) {
      if (index === NO_LINE) continue;
      for (const row of inserts.get(index) ?? []) slots.push(row);
    }
  }
}

/** Where comments stand whose line is not in this diff any more. */
const NO_LINE = -1;

/** Comments by the line that they stand below. */
function insertsOf(
  patch: FilePatch,
  { comments, writing, range }: Pick<ReviewFile, "comments" | "writing" | "range">,
): Inserts {
  const inserts = new Map<number, Row[]>();
  const add = (index: number, row: Row): void => {
    inserts.set(index, [...(inserts.get(index) ?? []), row]);
  };
  for (const comment of comments) {
    const isOfRange = comment.commit === (comment.side === "new" ? range.to : range.from);
    const index = isOfRange ? findLine(patch, comment) : NO_LINE;
    add(index, { kind: "comment", comment, isElsewhere: index === NO_LINE });
  }
  if (writing !== null) add(findLine(patch, writing), { kind: "writing", place: writing });
  return inserts;
}

/** The place of a line by its number on one side; NO_LINE where the diff does not show it. */
export function findLine(patch: FilePatch, { side, line }: Pick<Place, "side" | "line">): number {
  for (const { first, count } of patch.hunks) {
    for (let index = first; index < first + count; index += 1) {
      const isOther = patch.kindAt(index) === (side === "new" ? "removed" : "added");
      if (isOther) continue;
      const found = patch.lineAt(index);
      if ((side === "new" ? found.new : found.old) === line) return index;
    }
  }
  return NO_LINE;
}
