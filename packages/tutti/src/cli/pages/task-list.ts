/** Runs as rows. */
import type { RunSummary } from "@tutti/protocol";
import { cut, duration, padTo } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { runMark, type Style } from "../terminal/style.ts";
import { cost } from "./usage-page.ts";

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
    const spent = item.usage === undefined || item.usage.requests === 0 ? "" : cost(item.usage);
    const used = item.id.length + STATE_COLUMNS + 7 + 6 + spent.length;
    const title = cut(printableLine(item.title), Math.max(width - used, MIN_TITLE_COLUMNS));
    const isOver = item.state === "merged" || item.state === "working" || item.state === "queued";
    const text = isOver ? "" : printableLine(item.text);
    const line = `${item.id}  ${state}  ${age}  ${title}${spent === "" ? "" : `  ${style.paint("quiet", spent)}`}`;
    return text === "" ? line : `${line}\n    ${style.paint("quiet", cut(text, width - 4))}`;
  });
}
