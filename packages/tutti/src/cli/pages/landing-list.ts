/** The merge train as lines: what lands next, and what landed last. */
import type { LandedView, LandingState, LandingView } from "@tutti/protocol";
import { cut, duration, indent, padTo, shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Style, Tone } from "../terminal/style.ts";

type Options = { readonly style: Style; readonly width: number; readonly now: number };

const STATE_COLUMNS = 20;

const WORDS: Readonly<Record<LandingState, readonly [Tone, string]>> = {
  merging: ["running", "◐ merging"],
  verifying: ["running", "◐ checks run"],
  preparing: ["running", "◐ merge computed"],
  ready: ["quiet", "○ ready"],
  approval: ["waiting", "◆ waits for you"],
  paused: ["quiet", "○ paused"],
  conflict: ["refused", "✕ conflict"],
  refused: ["refused", "✕ refused"],
};

export const landingLines = (items: readonly LandingView[], options: Options): string[] =>
  items.flatMap((item) => {
    const { style, width, now } = options;
    const [tone, word] = WORDS[item.state];
    const facts = [
      `${item.target.branch} ${item.position}`,
      item.run,
      item.title,
      duration(now - item.since),
    ];
    const line = printableLine(facts.join(" · "));
    const why = item.refusal === null ? [] : [item.refusal.message, ...item.refusal.paths];
    return [
      `${style.paint(tone, padTo(word, STATE_COLUMNS))}  ${cut(line, Math.max(width - STATE_COLUMNS - 2, 20))}`,
      ...indent(why.map(printableLine), STATE_COLUMNS + 2),
    ];
  });

export const landedLines = (landed: readonly LandedView[], { style, now }: Options): string[] =>
  landed.map(({ run, title, target, commit, at }) => {
    const facts = [`${target} ${shortId(commit)}`, run, title, `${duration(now - at)} ago`];
    return `${style.paint("ok", padTo("● merged", STATE_COLUMNS))}  ${printableLine(facts.join(" · "))}`;
  });
