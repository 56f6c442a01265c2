/**
 * What an agent says that it changed in a file, as hunks for people to read. It is what the agent tells, not
 * what is true of its tree: that is the diff of the candidate. Line ends are an agent's as well.
 */
import { PATCH_CELLS_MAX, PATCH_CONTEXT_LINES, PATCH_MAX_CHARS } from "./limits.ts";

type Mark = " " | "+" | "-";
type Line = { readonly mark: Mark; readonly text: string };

type Change = {
  readonly path: string;
  readonly oldText?: string | null | undefined;
  readonly newText: string;
};

export function patchText({ path, oldText, newText }: Change): string {
  const name = path.replaceAll(/\s+/gu, " ");
  const [before, after] = [linesOf(oldText ?? ""), linesOf(newText)];
  if ((oldText?.length ?? 0) + newText.length > PATCH_MAX_CHARS)
    return `${name}: ${before.length} lines before, ${after.length} after`;
  const hunks = hunksOf(changeOf(before, after));
  return [name, ...(hunks.length === 0 ? ["(no change)"] : hunks)].join("\n");
}

const linesOf = (text: string): readonly string[] =>
  text === "" ? [] : text.replace(/\n$/u, "").split("\n");

const marked = (mark: Mark, lines: readonly string[]): readonly Line[] =>
  lines.map((text) => ({ mark, text }));

/** The same at both ends stays; what is between is compared line by line where it is not too much. */
function changeOf(before: readonly string[], after: readonly string[]): readonly Line[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const gone = before.slice(head, before.length - tail);
  const come = after.slice(head, after.length - tail);
  const middle =
    gone.length * come.length > PATCH_CELLS_MAX
      ? [...marked("-", gone), ...marked("+", come)]
      : compared(gone, come);
  return [
    ...marked(" ", before.slice(0, head)),
    ...middle,
    ...marked(" ", before.slice(before.length - tail)),
  ];
}

/** By the longest lines that both have in the same order. */
function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [gone, come] = [before[row], after[column]];
    if (gone !== undefined && gone === come) {
      lines.push({ mark: " ", text: gone });
      row += 1;
      column += 1;
    } else if (
      gone !== undefined &&
      (come === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ mark: "-", text: gone });
      row += 1;
    } else {
      lines.push({ mark: "+", text: come ?? "" });
      column += 1;
    }
  }
  return lines;
}

/** Changes with the lines around them; those that would touch are one. */
function hunksOf(lines: readonly Line[]): readonly string[] {
  const hunks: string[] = [];
  let [oldLine, newLine] = [1, 1];
  let hunk: {
    readonly oldStart: number;
    readonly newStart: number;
    readonly lines: Line[];
  } | null = null;
  for (const [index, line] of lines.entries()) {
    if (isNear(lines, index)) {
      hunk ??= { oldStart: oldLine, newStart: newLine, lines: [] };
      hunk.lines.push(line);
    } else if (hunk !== null) {
      hunks.push(hunkText(hunk));
      hunk = null;
    }
    if (line.mark !== "+") oldLine += 1;
    if (line.mark !== "-") newLine += 1;
  }
  if (hunk !== null) hunks.push(hunkText(hunk));
  return hunks;
}

const isNear = (lines: readonly Line[], index: number): boolean => {
  for (let at = index - PATCH_CONTEXT_LINES; at <= index + PATCH_CONTEXT_LINES; at += 1)
    if ((lines[at]?.mark ?? " ") !== " ") return true;
  return false;
};

type Hunk = {
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly Line[];
};

const side = (start: number, length: number): string =>
  `${length === 0 ? start - 1 : start},${length}`;

function hunkText({ oldStart, newStart, lines }: Hunk): string {
  const count = (other: Mark): number => lines.filter(({ mark }) => mark !== other).length;
  const head = `@@ -${side(oldStart, count("+"))} +${side(newStart, count("-"))} @@`;
  return [head, ...lines.map(({ mark, text }) => `${mark}${text}`)].join("\n");
}
