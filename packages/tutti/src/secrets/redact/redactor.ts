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
/** Tokens of sessions come and go, and the oldest is forgotten first; a key never is. */
const TOKENS_MAX_VALUES = 2000;

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
  const keys = new Map<string, readonly Rule[]>();
  const tokens = new Map<string, readonly Rule[]>();
  let index: Index | null = indexOf([]);
  const current = (): Index => (index ??= indexOf([...keys.values(), ...tokens.values()].flat()));
  const learn = (value: string, into: Map<string, readonly Rule[]>): void => {
    const plain = value.trim();
    if (plain.length < KNOWN_MIN_CHARACTERS || into.has(plain)) return;
    into.set(plain, rulesFor(plain.slice(0, KNOWN_MAX_CHARACTERS)));
    index = null;
  };
  const know = (value: string): void => learn(value, keys);
  const knowToken = (value: string): void => {
    learn(value, tokens);
    const [oldest] = tokens.keys();
    if (tokens.size > TOKENS_MAX_VALUES && oldest !== undefined) tokens.delete(oldest);
  };
  for (const value of known) know(value);
  const whole = { before: "", isEnd: true };
  return {
    know,
    knowToken,
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
