/**
 * What a parser of Markdown lays out within moments. Some texts of a few kilobytes take it minutes, or
 * all of its stack: containers in containers, wide tables, thousands of marks that may open or close
 * something. Counted here in one pass over the text, before any parser sees it.
 */

const CHARS_MAX = 100_000;
const LINES_MAX = 2_000;
/** Quotes and lists around one line; two columns of indentation count as one. */
const DEPTH_MAX = 16;
/** The same, summed over all lines. */
const DEPTHS_MAX = 4_000;
/** Cells of one line, and of all. */
const BARS_MAX = 40;
const ALL_BARS_MAX = 4_000;
/** Marks between two empty lines that may open or close something within a line, and of all. */
const MARKS_MAX = 2_000;
const ALL_MARKS_MAX = 8_000;
/** Lines that make a heading of the one before, which is found again from the start each time. */
const UNDERLINES_MAX = 300;

const CONTAINERS = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*)*/u;
const MARKER = /[>\-+*]|\d[.)]/gu;
const MARK = /[`*_~[\]<>&!$\\@]/gu;
const UNDERLINE = /^[ \t]{0,3}(?:=+|-+)[ \t]*$/u;
const COLUMNS_OF_TAB = 4;
const COLUMNS_OF_DEPTH = 2;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

const depthOf = (line: string): number => {
  const head = CONTAINERS.exec(line)?.[0] ?? "";
  const columns = head.length + count(head, /\t/gu) * (COLUMNS_OF_TAB - 1);
  return Math.max(count(head, MARKER), Math.floor(columns / COLUMNS_OF_DEPTH));
};

/** Whether the text can be laid out as Markdown without holding up the page. */
export const isBounded = (text: string): boolean => {
  if (text.length > CHARS_MAX) return false;
  const lines = text.split("\n");
  if (lines.length > LINES_MAX) return false;
  const sum = { depths: 0, bars: 0, marks: 0, underlines: 0 };
  let marks = 0;
  for (const line of lines) {
    const depth = depthOf(line);
    const bars = count(line, /\|/gu);
    const here = count(line, MARK);
    marks = line.trim() === "" ? 0 : marks + here;
    if (depth > DEPTH_MAX || bars > BARS_MAX || marks > MARKS_MAX) return false;
    sum.depths += depth;
    sum.bars += bars;
    sum.marks += here;
    sum.underlines += UNDERLINE.test(line) ? 1 : 0;
  }
  return (
    sum.depths <= DEPTHS_MAX &&
    sum.bars <= ALL_BARS_MAX &&
    sum.marks <= ALL_MARKS_MAX &&
    sum.underlines <= UNDERLINES_MAX
  );
};
