/** Where the keys lead on the board: along a column, and to the same height of the next one. */
import type { BoardColumn } from "@tutti/protocol";

type Lists = readonly { readonly column: BoardColumn; readonly ids: readonly string[] }[];

/** The place of a task by its number in all columns, one after the other. */
export function locate(lists: Lists, flat: number) {
  let index = flat;
  for (const { column, ids } of lists) {
    if (index < ids.length) return { column, index };
    index -= ids.length;
  }
  return { column: null, index: -1 };
}

/** Null where there is nothing to go to. */
export function neighbour(
  lists: Lists,
  from: string | null,
  direction: "down" | "up" | "left" | "right",
): string | null {
  const at = lists.findIndex(({ ids }) => from !== null && ids.includes(from));
  const column = lists[at];
  if (column === undefined || from === null) return null;
  const row = column.ids.indexOf(from);
  if (direction === "down") return column.ids[row + 1] ?? from;
  if (direction === "up") return column.ids[row - 1] ?? from;
  const others = direction === "left" ? lists.slice(0, at).toReversed() : lists.slice(at + 1);
  const next = others.find(({ ids }) => ids.length > 0);
  return next?.ids[Math.min(row, next.ids.length - 1)] ?? from;
}
