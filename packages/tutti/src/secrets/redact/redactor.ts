/**
 * The Redactor port: first known values, then what looks like a key in what is left. The two are
 * stages, so that a known value next to something that looks like a key is still taken out whole.
 */
import type { Redactor } from "../../engine/ports/secrets.ts";
import { KNOWN_MAX_CHARACTERS, KNOWN_MIN_CHARACTERS, rulesFor } from "./known-values.ts";
import { PATTERN_MAX_CHARACTERS, PATTERNS } from "./patterns.ts";
import { type Index, indexOf, type Rule, scan } from "./scanner.ts";

/** A spelling of a known value has at most this many characters for each of the value. */
const SPELLED_MAX_FACTOR = 12;
/** Most characters that a stream holds back. */
export const HOLD_BACK_MAX_CHARACTERS =
  KNOWN_MAX_CHARACTERS * SPELLED_MAX_FACTOR + PATTERN_MAX_CHARACTERS;
/** Values that are remembered; tokens of sessions come and go, and the oldest is forgotten first. */
const KNOWN_MAX_VALUES = 2000;

const patterns = indexOf(PATTERNS);

type Stage = { readonly push: (text: string, isEnd: boolean) => string };

/** One stage of a stream; `index` is asked at every piece, for what became known meanwhile. */
function createStage(index: () => Index): Stage {
  let held = "";
  let before = "";
  return {
    push: (text, isEnd) => {
      const scanned = scan(index(), held + text, { before, isEnd });
      held = scanned.rest;
      before = scanned.before;
      return scanned.text;
    },
  };
}

export function createRedactor(known: Iterable<string> = []): Redactor {
  const values = new Map<string, readonly Rule[]>();
  let index: Index | null = indexOf([]);
  const current = (): Index => (index ??= indexOf([...values.values()].flat()));
  const know = (value: string): void => {
    const plain = value.trim();
    if (plain.length < KNOWN_MIN_CHARACTERS || values.has(plain)) return;
    values.set(plain, rulesFor(plain.slice(0, KNOWN_MAX_CHARACTERS)));
    const [oldest] = values.keys();
    if (values.size > KNOWN_MAX_VALUES && oldest !== undefined) values.delete(oldest);
    index = null;
  };
  for (const value of known) know(value);
  const whole = { before: "", isEnd: true };
  return {
    know,
    text: (text) => scan(patterns, scan(current(), text, whole).text, whole).text,
    stream: () => {
      const literal = createStage(current);
      const looks = createStage(() => patterns);
      return {
        push: (text) => looks.push(literal.push(text, false), false),
        end: () => looks.push(literal.push("", true), true),
      };
    },
  };
}
