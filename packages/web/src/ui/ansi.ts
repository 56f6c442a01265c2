/**
 * Colours of a terminal's output. Of all that a program can tell a terminal, only how text looks is
 * kept, as names of this page's own colours: a program cannot choose one that nobody can read. What
 * else it says to a terminal is taken out, as from any text.
 */
import { plainText } from "./plain.ts";

export type Ink = "blue" | "cyan" | "green" | "magenta" | "muted" | "red" | "text" | "yellow";

type Style = {
  readonly ink: Ink;
  readonly isStrong: boolean;
  readonly isUnderlined: boolean;
};

export type Part = Style & { readonly text: string };

const PLAIN: Style = { ink: "text", isStrong: false, isUnderlined: false };
/** A text that changes its look more often goes on without one: each change costs an element. */
const PARTS_MAX = 1000;

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const LOOK = /\u001B\[(?<codes>[\d;:]*)m/gu;

export function styledParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let style = PLAIN;
  let from = 0;
  const add = (piece: string): void => {
    const shown = plainText(piece);
    if (shown === "") return;
    const last = parts.at(-1);
    if (last === undefined || !isSame(last, style)) parts.push({ ...style, text: shown });
    else parts[parts.length - 1] = { ...last, text: last.text + shown };
  };
  for (const found of text.matchAll(LOOK)) {
    if (parts.length >= PARTS_MAX) break;
    add(text.slice(from, found.index));
    from = found.index + found[0].length;
    style = styleAfter(style, found.groups?.["codes"] ?? "");
  }
  if (parts.length >= PARTS_MAX) style = PLAIN;
  add(text.slice(from));
  return parts;
}

const isSame = (one: Style, other: Style): boolean =>
  one.ink === other.ink &&
  one.isStrong === other.isStrong &&
  one.isUnderlined === other.isUnderlined;

const INKS: readonly Ink[] = ["text", "red", "green", "yellow", "blue", "magenta", "cyan", "text"];

const [RESET, INK_GIVEN, GROUND_GIVEN] = [0, 38, 48] as const;
const [INK, BRIGHT] = [30, 90] as const;

function styleAfter(before: Style, text: string): Style {
  const codes = text.split(/[;:]/u).map(Number);
  let style = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? RESET;
    if (code === INK_GIVEN || code === GROUND_GIVEN) {
      const { ink, length } = givenInk(codes.slice(at + 1));
      if (code === INK_GIVEN) style = { ...style, ink };
      at += length;
    } else style = styleWith(style, code);
  }
  return style;
}

/** Of 0–7; black and white are the page's own text, which has the contrast. */
const inkOf = (number: number): Ink => INKS[number] ?? "text";

/** By the code that begins them; a background, or a look that this page does not have, changes nothing. */
const CHANGES: ReadonlyMap<number, (style: Style) => Style> = new Map([
  [RESET, () => PLAIN],
  [1, (style: Style) => ({ ...style, isStrong: true })],
  [2, (style: Style) => ({ ...style, ink: "muted" as const })],
  [4, (style: Style) => ({ ...style, isUnderlined: true })],
  [22, (style: Style) => ({ ...style, isStrong: false, ink: unmuted(style.ink) })],
  [24, (style: Style) => ({ ...style, isUnderlined: false })],
  [39, (style: Style) => ({ ...style, ink: "text" as const })],
  ...INKS.flatMap((ink, index): [number, (style: Style) => Style][] => [
    [INK + index, (style) => ({ ...style, ink })],
    [BRIGHT + index, (style) => ({ ...style, ink: index === 0 ? "muted" : ink })],
  ]),
]);

const unmuted = (ink: Ink): Ink => (ink === "muted" ? "text" : ink);

const styleWith = (style: Style, code: number): Style => CHANGES.get(code)?.(style) ?? style;

/** `5;N` of a table of 256, `2;R;G;B`; `length`: numbers that it takes. */
function givenInk([kind, ...rest]: readonly number[]): { ink: Ink; length: number } {
  const [first = 0, second = 0, third = 0] = rest;
  if (kind === 2) return { ink: nearest([first, second, third]), length: 4 };
  if (kind !== 5) return { ink: "text", length: 0 };
  if (first < 16) return { ink: first === 8 ? "muted" : inkOf(first % 8), length: 2 };
  if (first >= 232) return { ink: first < 248 ? "muted" : "text", length: 2 };
  const cube = first - 16;
  const steps = [Math.floor(cube / 36), Math.floor(cube / 6), cube].map((step) => (step % 6) * 51);
  return { ink: nearest(steps), length: 2 };
}

/** By what is strong in it; one without a colour is text. */
function nearest(parts: readonly number[]): Ink {
  const most = Math.max(...parts);
  if (most - Math.min(...parts) < 48) return "text";
  return inkOf(parts.reduce((sum, part, bit) => sum + (part > most * 0.6 ? 1 << bit : 0), 0));
}
