/** What a person marks to leave out of the change, before they say that it shall be. */
import type { LeftOutFile, RunView } from "@tutti/protocol";
import { countText } from "../../ui/numbers.ts";
import type { Range } from "./ranges.ts";

/** Of one file: all of it, or the names of hunks. */
export type LeftMark = "whole" | readonly string[];

export type Marks = ReadonlyMap<string, LeftMark>;

export const NONE: LeftMark = [];

/** Only all of the change is a candidate; and only one that is not merged can be another. */
export const canLeaveOut = (run: RunView, { from, to }: Range): boolean =>
  run.finishedAt === null &&
  run.merged === null &&
  run.workspace.kind === "ready" &&
  run.workspace.takenBy === null &&
  from === run.base.commit &&
  to === run.candidate?.commit;

export const isMarked = (mark: LeftMark | null, hunk: string | null): boolean =>
  mark === "whole" || (hunk !== null && mark?.includes(hunk) === true);

/** `hunk` null: the file. A hunk of a file that is marked as a whole stays while the file goes with it. */
export function toggled(marks: Marks, path: string, hunk: string | null): Marks {
  const next = new Map(marks);
  const mark = marks.get(path) ?? NONE;
  if (hunk === null || mark === "whole") {
    if (mark === "whole") next.delete(path);
    else next.set(path, "whole");
    return next;
  }
  const hunks = mark.includes(hunk) ? mark.filter((one) => one !== hunk) : [...mark, hunk];
  if (hunks.length === 0) next.delete(path);
  else next.set(path, hunks);
  return next;
}

export const filesOf = (marks: Marks): LeftOutFile[] =>
  [...marks].map(([path, mark]) => ({ path, hunks: mark === "whole" ? null : [...mark] }));

/** `3 hunks of 2 files and 1 whole file`. */
export function amountText(files: readonly LeftOutFile[]): string {
  const parts = files.filter(({ hunks }) => hunks !== null);
  const whole = files.length - parts.length;
  const hunks = parts.reduce((sum, file) => sum + (file.hunks?.length ?? 0), 0);
  return [
    ...(hunks === 0 ? [] : [`${countText(hunks, "hunk")} of ${countText(parts.length, "file")}`]),
    ...(whole === 0 ? [] : [countText(whole, "whole file")]),
  ].join(" and ");
}
