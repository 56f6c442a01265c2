/**
 * Colour, always beside a shape and a word. The colours are told apart by people who do not see red
 * and green: blue, cyan, yellow and magenta in different weights. Red is for one thing only, a login
 * inside the fence, which has a shape of its own too.
 */
import type { StepOutcome } from "@tutti/protocol";

export type Tone =
  | "plain"
  | "ok"
  | "running"
  | "waiting"
  | "refused"
  | "exposed"
  | "quiet"
  | "strong";

export type Style = { readonly paint: (tone: Tone, text: string) => string };

const CODES: Readonly<Record<Exclude<Tone, "plain">, string>> = {
  ok: "36",
  running: "34",
  waiting: "1;33",
  refused: "1;35",
  exposed: "1;31",
  quiet: "2",
  strong: "1",
};

export const plainStyle: Style = { paint: (_tone, text) => text };

const colourStyle: Style = {
  paint: (tone, text) =>
    tone === "plain" || text === "" ? text : `\u001B[${CODES[tone]}m${text}\u001B[0m`,
};

export type ColourQuestion = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  readonly isRefused: boolean;
};

/** https://no-color.org: any value but the empty one turns colour off. */
export function styleFor({ env, isTerminal, isRefused }: ColourQuestion): Style {
  const isOff = isRefused || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const isForced = (env["FORCE_COLOR"] ?? "0") !== "0";
  return !isOff && (isTerminal || isForced) ? colourStyle : plainStyle;
}

/** Shape of what lies inside the fence although keys stay outside. */
export const EXPOSED_SHAPE = "▲";

export type Mark = { readonly shape: string; readonly word: string; readonly tone: Tone };

export const STEP_MARKS: Readonly<Record<StepOutcome, Mark>> = {
  pending: { shape: "○", word: "pending", tone: "quiet" },
  working: { shape: "◐", word: "working", tone: "running" },
  waiting: { shape: "◆", word: "waiting for you", tone: "waiting" },
  passed: { shape: "●", word: "passed", tone: "ok" },
  stale: { shape: "◌", word: "stale", tone: "waiting" },
  failed: { shape: "✕", word: "failed", tone: "refused" },
  skipped: { shape: "–", word: "skipped", tone: "quiet" },
  waived: { shape: "▽", word: "waived", tone: "quiet" },
};

const RUN_MARKS: Readonly<Record<string, Mark>> = {
  queued: { shape: "○", word: "waiting for a slot", tone: "quiet" },
  working: { shape: "◐", word: "working", tone: "running" },
  waiting: { shape: "◆", word: "waiting for you", tone: "waiting" },
  paused: { shape: "‖", word: "paused", tone: "waiting" },
  merged: { shape: "●", word: "merged", tone: "ok" },
  completed: { shape: "●", word: "completed", tone: "ok" },
  failed: { shape: "✕", word: "failed", tone: "refused" },
  cancelled: { shape: "–", word: "cancelled", tone: "quiet" },
};

export const runMark = (state: string): Mark =>
  RUN_MARKS[state] ?? { shape: "?", word: state, tone: "plain" };

export const markText = (style: Style, { shape, word, tone }: Mark, width = 0): string =>
  style.paint(tone, `${shape} ${word.padEnd(width)}`);
