/** Runs as rows. */
import type { RunSummary } from "@tutti/protocol";
import { cut, duration, padTo } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { runMark, type Style } from "../terminal/style.ts";

export type TaskListOptions = {
  readonly style: Style;
  readonly width: number;
  readonly now: number;
};

/** Longest state in words. */
const STATE_COLUMNS = 18;
const MIN_TITLE_COLUMNS = 24;

export function taskLines(items: readonly RunSummary[], options: TaskListOptions): string[] {
  const { style, width, now } = options;
  return items.map((item) => {
    const { shape, word, tone } = runMark(item.state);
    const state = style.paint(tone, padTo(`${shape} ${word}`, STATE_COLUMNS));
    const age = style.paint("quiet", padTo(duration(now - item.startedAt), 7));
    const used = item.id.length + STATE_COLUMNS + 7 + 6;
    const title = cut(printableLine(item.title), Math.max(width - used, MIN_TITLE_COLUMNS));
    const isOver = item.state === "merged" || item.state === "working" || item.state === "queued";
    const text = isOver ? "" : printableLine(item.text);
    const line = `${item.id}  ${state}  ${age}  ${title}`;
    return text === "" ? line : `${line}\n    ${style.paint("quiet", cut(text, width - 4))}`;
  });
}
