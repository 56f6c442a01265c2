/** The address of a line or a hunk within a file of the review. */
import type { FilePatch, PatchLine } from "./patch.ts";
import type { Shown } from "./row-view.tsx";
import { findLine, type Row, type Rows } from "./rows.ts";

export type Spot = { readonly kind: "new" | "old" | "hunk"; readonly line: number };

/** `n12`: line 12 as it is now, `o12`: as it was, `h12`: the hunk that begins at line 12. */
const SPOT = /^([noh])(0|[1-9]\d{0,8})$/u;
const KINDS = { n: "new", o: "old", h: "hunk" } as const;
const LETTERS = { new: "n", old: "o", hunk: "h" } as const;

export function spotIn(text: unknown): Spot | null {
  const [, letter, line] = (typeof text === "string" && SPOT.exec(text)) || [];
  if (letter !== "n" && letter !== "o" && letter !== "h") return null;
  return { kind: KINDS[letter], line: Number(line) };
}

export const spotText = ({ kind, line }: Spot): string => `${LETTERS[kind]}${line}`;

const WORDS = { new: "line", old: "the former line", hunk: "the hunk at line" } as const;

export const spotWords = (path: string, { kind, line }: Spot): string =>
  `${WORDS[kind]} ${line} of ${path}`;

const lineSpot = ({ kind, old, new: after }: PatchLine): Spot =>
  kind === "removed" ? { kind: "old", line: old ?? 0 } : { kind: "new", line: after ?? 0 };

/** Where a row is; null on what is neither a line nor a hunk. */
export function spotOf({ loaded }: Shown, row: Row): Spot | null {
  if (row.kind === "hunk") return { kind: "hunk", line: row.hunk.newStart };
  if (loaded.kind !== "read") return null;
  if (row.kind === "line") return lineSpot(loaded.patch.lineAt(row.index));
  if (row.kind !== "pair") return null;
  const { left, right } = row.pair;
  return lineSpot(loaded.patch.lineAt(right === -1 ? left : right));
}

/** What an address leads to: a row, what must be done first, or nothing any more. */
export type Found =
  | { readonly kind: "row"; readonly index: number }
  | { readonly kind: "folded" }
  | { readonly kind: "unread" }
  | { readonly kind: "failed" }
  /** Not in the part of a long file that is sent. */
  | { readonly kind: "cut" }
  | { readonly kind: "gone" };

type Review = { readonly rows: Rows; readonly shown: readonly Shown[] };

export function findSpot({ rows, shown }: Review, path: string, spot: Spot | null): Found {
  const file = shown.findIndex((one) => one.file.path === path);
  const reviewed = shown[file];
  if (reviewed === undefined) return { kind: "gone" };
  if (spot === null) return { kind: "row", index: rows.startOf(file) };
  if (reviewed.isFolded) return { kind: "folded" };
  const { loaded } = reviewed;
  if (loaded.kind === "wanted") return { kind: "unread" };
  if (loaded.kind === "failed") return { kind: "failed" };
  const end = file + 1 < shown.length ? rows.startOf(file + 1) : rows.count;
  const index = rowIn({ rows, from: rows.startOf(file), end }, loaded.patch, spot);
  if (index !== null) return { kind: "row", index };
  return { kind: loaded.isCut ? "cut" : "gone" };
}

type Part = { readonly rows: Rows; readonly from: number; readonly end: number };

function rowIn({ rows, from, end }: Part, patch: FilePatch, spot: Spot): number | null {
  const { kind, line } = spot;
  const place = kind === "hunk" ? -1 : findLine(patch, { side: kind, line });
  if (kind !== "hunk" && place === -1) return null;
  for (let index = from; index < end; index += 1)
    if (isAt(rows.at(index).row, spot, place)) return index;
  return null;
}

function isAt(row: Row, { kind, line }: Spot, place: number): boolean {
  if (kind === "hunk") return row.kind === "hunk" && row.hunk.newStart === line;
  if (row.kind === "line") return row.index === place;
  return row.kind === "pair" && (row.pair.left === place || row.pair.right === place);
}
