/** Text within columns. Widths are counted in code points: good for most scripts, not for all. */

const widthOf = (text: string): number => Array.from(text).length;

/** Cut to `width`, with an ellipsis when something was left out. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(width - 1, 0)).join("")}…`;
}

export const padTo = (text: string, width: number): string =>
  text + " ".repeat(Math.max(width - widthOf(text), 0));

/** Breaks at blanks; a word that is too long for a line gets one of its own. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, width));
}

function wrapParagraph(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

export const indent = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => (line === "" ? line : `${" ".repeat(by)}${line}`));

/** Rows as columns: each as wide as its widest cell, two blanks between, the last one not padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : padTo(cell, widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `4 s`, `12 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(Math.round(ms / 1000), 0)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

export const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);

export const shortId = (id: string): string => id.slice(0, 7);
