/** The columns of the board, in order; the daemon says in which one a task stands. */
import type { BoardColumn } from "@tutti/protocol";

export const COLUMNS: readonly { readonly column: BoardColumn; readonly word: string }[] = [
  { column: "working", word: "Working" },
  { column: "review", word: "In review" },
  { column: "ready", word: "Ready" },
  { column: "done", word: "Done" },
];

/** States of tasks that have not ended. */
export const OPEN_STATES = "queued,working,waiting,paused";
