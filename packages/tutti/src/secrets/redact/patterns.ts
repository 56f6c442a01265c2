/**
 * What keys look like. Each rule wants more than a prefix, so that hashes, ids, test data and
 * minified code stay as they are.
 */
import type { Measure, Rule } from "./scanner.ts";

/** Longest run of characters that is looked at after a prefix. */
const TOKEN_MAX_CHARACTERS = 512;
const JWT_MAX_CHARACTERS = 8192;
/** An RSA key of 16384 bits has about 12,800 characters. */
const PEM_MAX_CHARACTERS = 16_384;
const PEM_MIN_CHARACTERS = 64;

/** Most characters that are held back until a candidate is decided. */
export const PATTERN_MAX_CHARACTERS = PEM_MAX_CHARACTERS + 64;

/** ASCII characters as a table: one look-up a character. */
const classOf = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_none, code) =>
    pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );

const WORD = classOf(/[A-Za-z0-9]/u);
const WORD_UNDERSCORE = classOf(/\w/u);
const WORD_DASH = classOf(/[\w-]/u);
const CAPITAL = classOf(/[A-Z0-9]/u);
const JWT = classOf(/[\w.-]/u);
const HEADER = classOf(/[\w.~+/=-]/u);
/** Base64, the headers of an encrypted key, and line feeds as they are spelled in JSON. */
const PEM = classOf(/[A-Za-z0-9+/=\s\\:,-]/u);

const runEnd = (text: string, from: number, run: { of: Uint8Array; max: number }): number => {
  const last = Math.min(text.length, from + run.max);
  let end = from;
  while (end < last && run.of[text.charCodeAt(end)] === 1) end += 1;
  return end;
};

type Body = {
  readonly of: Uint8Array;
  readonly min: number;
  readonly max: number;
  readonly isKey?: (body: string) => boolean;
};

/** A whole run of characters of one class, within its lengths. */
const token =
  ({ of, min, max, isKey }: Body) =>
  (text: string, from: number, isEnd: boolean): Measure => {
    const end = runEnd(text, from, { of, max: max + 1 });
    if (end === text.length && !isEnd && end - from <= max) return "more";
    if (end - from < min || end - from > max) return null;
    return isKey === undefined || isKey(text.slice(from, end)) ? end : null;
  };

const hasDigitAndLetter = (body: string): boolean => /\d/u.test(body) && /[A-Za-z]/u.test(body);

/** One part between separators is random text: `sk-spinner-double-bounce-2` has none. */
const hasRandomPart = (body: string): boolean =>
  body.split(/[-_]/u).some((part) => part.length >= 16 && hasDigitAndLetter(part));

/** At the sum of its parts a key of this form is random even where separators cut it up. */
const looksRandom = (body: string): boolean =>
  hasRandomPart(body) ||
  (body.length >= 32 &&
    /\d.*\d.*\d/u.test(body) &&
    /[A-Z].*[A-Z]/u.test(body) &&
    /[a-z]/u.test(body));

const longToken = (min: number, isKey = looksRandom) =>
  token({ of: WORD_DASH, min, max: TOKEN_MAX_CHARACTERS, isKey });

/** header.payload.signature; the payload is a JSON object as well, or encrypted. */
const JWT_PARTS = /^[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}/u;

const jsonWebToken = (text: string, from: number, isEnd: boolean): Measure => {
  const end = runEnd(text, from, { of: JWT, max: JWT_MAX_CHARACTERS });
  if (end === text.length && !isEnd && end - from < JWT_MAX_CHARACTERS) return "more";
  const parts = JWT_PARTS.exec(text.slice(from, end));
  return parts === null ? null : from + parts[0].length;
};

const PEM_NAME = /^[A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/u;
const PEM_NAME_MAX_CHARACTERS = 64;
const PEM_END = /-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/u;

/** From BEGIN to END, or as far as it looks like a key: a cut one is a secret too. */
const privateKey = (text: string, from: number, isEnd: boolean): Measure => {
  const isCut = text.length - from < PEM_MAX_CHARACTERS && !isEnd;
  const name = PEM_NAME.exec(text.slice(from, from + PEM_NAME_MAX_CHARACTERS));
  if (name === null) {
    const isBegun = /^[A-Z0-9 -]*$/u.test(text.slice(from, from + PEM_NAME_MAX_CHARACTERS));
    return isCut && isBegun && text.length - from < PEM_NAME_MAX_CHARACTERS ? "more" : null;
  }
  const body = from + name[0].length;
  const end = runEnd(text, body, { of: PEM, max: PEM_MAX_CHARACTERS - name[0].length });
  const closing = PEM_END.exec(text.slice(body, end));
  if (closing !== null)
    return closing.index >= PEM_MIN_CHARACTERS ? body + closing.index + closing[0].length : null;
  if (end === text.length && isCut) return "more";
  const characters = text.slice(body, end).replaceAll(/\\[nr]|[^A-Za-z0-9+/=]/gu, "").length;
  return characters >= PEM_MIN_CHARACTERS ? end : null;
};

const word = (prefix: string, measure: Rule["measure"]): Rule => ({
  prefix,
  isWord: true,
  measure,
});

const exactly = (length: number, of: Uint8Array, isKey?: Body["isKey"]) =>
  token({ of, min: length, max: length, ...(isKey === undefined ? {} : { isKey }) });

const bearer = (name: string): Rule => ({
  prefix: name,
  kept: name.length,
  isWord: true,
  measure: token({
    of: HEADER,
    min: 20,
    max: JWT_MAX_CHARACTERS,
    isKey: (body) => hasDigitAndLetter(body) && /[^/=-]{16}/u.test(body),
  }),
});

const GITHUB = token({ of: WORD, min: 36, max: 255, isKey: hasDigitAndLetter });

export const PATTERNS: readonly Rule[] = [
  word("sk-ant-", longToken(20)),
  word("sk-", longToken(20)),
  word("AIza", exactly(35, WORD_DASH)),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => word(prefix, GITHUB)),
  word("github_pat_", token({ of: WORD_UNDERSCORE, min: 22, max: 255, isKey: hasDigitAndLetter })),
  ...["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"].map((prefix) =>
    word(prefix, longToken(20, hasDigitAndLetter)),
  ),
  word("AKIA", exactly(16, CAPITAL, hasDigitAndLetter)),
  word("ASIA", exactly(16, CAPITAL, hasDigitAndLetter)),
  word("glpat-", longToken(20, hasDigitAndLetter)),
  word("npm_", exactly(36, WORD, hasDigitAndLetter)),
  word("eyJ", jsonWebToken),
  ...["Bearer ", "bearer ", "BEARER "].map(bearer),
  { prefix: "-----BEGIN ", measure: privateKey },
];
