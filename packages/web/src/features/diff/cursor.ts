/** Where a person is in the review, by the keyboard: a row of a file, whatever else comes to be above it. */
import type { Row, Rows } from "./rows.ts";

export type Cursor = { readonly file: number; readonly inFile: number };

export const indexOf = (rows: Rows, { file, inFile }: Cursor): number =>
  Math.min(rows.startOf(file) + inFile, rows.count - 1);

export function cursorAt(rows: Rows, index: number): Cursor {
  const { file, inFile } = rows.at(Math.max(0, Math.min(index, rows.count - 1)));
  return { file, inFile };
}

/** The next row of these kinds in a direction; null at the end. */
export function nextRow(
  rows: Rows,
  from: number,
  { by, kinds }: { readonly by: 1 | -1; readonly kinds: readonly Row["kind"][] },
): number | null {
  for (let index = from + by; index >= 0 && index < rows.count; index += by) {
    if (kinds.includes(rows.at(index).row.kind)) return index;
  }
  return null;
}
