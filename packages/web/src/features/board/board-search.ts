/** What the address says of the board: which tasks are shown, and on a phone which column. */
import type { BoardColumn } from "@tutti/protocol";
import { COLUMNS } from "./columns.ts";

export type BoardSearch = {
  readonly project?: string;
  readonly state?: string;
  /** Part of a title. */
  readonly q?: string;
  readonly column?: BoardColumn;
};

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export function boardSearch(search: Readonly<Record<string, unknown>>): BoardSearch {
  const project = text(search["project"]);
  const state = text(search["state"]);
  const q = text(search["q"]);
  const column = COLUMNS.find((one) => one.column === search["column"])?.column;
  return {
    ...(project === undefined ? {} : { project }),
    ...(state === undefined ? {} : { state }),
    ...(q === undefined ? {} : { q }),
    ...(column === undefined ? {} : { column }),
  };
}
