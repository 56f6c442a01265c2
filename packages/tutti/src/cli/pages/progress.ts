/** Progress of a run on a terminal: its steps, redrawn in place whenever something happens. */
import type { RunView } from "@tutti/protocol";
import type { Output } from "../cli.ts";
import { cut, duration, padTo } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { markText, runMark, STEP_MARKS, type Style } from "../terminal/style.ts";
import { cost } from "./usage-page.ts";

const TICK_MS = 1000;
const STATE_COLUMNS = 15;
const CLEAR_BELOW = "\u001B[J";
/** Rows that stay free, so that the block never scrolls away from under the cursor. */
const FREE_ROWS = 2;
const DEFAULT_ROWS = 24;

export type Progress = {
  readonly show: (view: RunView) => void;
  /** Removes the block. */
  readonly [Symbol.dispose]: () => void;
};

export function openProgress(
  output: Output & { readonly rows?: number },
  { style, width, now }: { style: Style; width: number; now: () => number },
): Progress {
  let last: RunView | null = null;
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) output.write(`\u001B[${drawn}A\r${CLEAR_BELOW}`);
    drawn = 0;
  };
  const draw = (): void => {
    if (last === null) return;
    const room = Math.max((output.rows ?? DEFAULT_ROWS) - FREE_ROWS, 1);
    const lines = progressLines(last, { style, width, now: now() }).slice(0, room);
    erase();
    output.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  return {
    show: (view) => {
      last = view;
      draw();
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      erase();
    },
  };
}

function progressLines(
  view: RunView,
  { style, width, now }: { style: Style; width: number; now: number },
): string[] {
  const time = duration(now - view.startedAt);
  const state = markText(style, runMark(view.state));
  const { metered } = view.usage;
  const spent = metered.requests === 0 ? "" : ` · ${cost(metered)}`;
  const title = cut(printableLine(view.task.title), Math.max(width - 40 - spent.length, 20));
  return [
    `${state}  ${title}  ${style.paint("quiet", `${view.run} · ${time}${spent}`)}`,
    ...view.steps.map((step) => {
      const mark = markText(style, STEP_MARKS[step.outcome], STATE_COLUMNS);
      const attempt = step.attempts > 1 ? `attempt ${step.attempts}` : "";
      const parts = [step.agent ?? "", attempt, printableLine(step.detail)];
      const text = parts.filter((part) => part !== "").join(" · ");
      return `  ${mark}  ${padTo(step.id, 16)}  ${cut(text, Math.max(width - STATE_COLUMNS - 26, 10))}`;
    }),
  ];
}
