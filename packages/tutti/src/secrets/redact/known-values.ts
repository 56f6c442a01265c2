/** Values that are known to be secret, in the spellings that programs give them. */
import type { Rule } from "./scanner.ts";

/** A shorter value would take ordinary words out of every text. */
export const KNOWN_MIN_CHARACTERS = 8;
/** Longest value, in characters; a longer one cannot be stored. */
export const KNOWN_MAX_CHARACTERS = 4096;

/** Each spelling, from the literal value to what is left of it within a longer base64 text. */
export function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const inJson = JSON.stringify(value).slice(1, -1);
  const inUrl = encodeURIComponent(value.toWellFormed());
  return [
    ...new Set([
      value,
      inJson,
      JSON.stringify(inJson).slice(1, -1),
      inUrl,
      inUrl.replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()),
      inUrl.replaceAll("%20", "+"),
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase(),
      ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
    ]),
  ];
}

const BITS_PER_BYTE = 8;
const BITS_PER_DIGIT = 6;

/** The digits that follow from the value alone when it begins `offset` bytes after a group of three. */
function base64At(bytes: Buffer, offset: number): string[] {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * BITS_PER_BYTE) / BITS_PER_DIGIT);
  const end = Math.floor((all.length * BITS_PER_BYTE) / BITS_PER_DIGIT);
  return (["base64", "base64url"] as const).map((name) => all.toString(name).slice(first, end));
}

export function rulesFor(value: string): readonly Rule[] {
  return spellingsOf(value).map((prefix) => ({ prefix, measure: (_text, from) => from }));
}
