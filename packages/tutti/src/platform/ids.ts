import { randomBytes } from "node:crypto";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
/** 60 bits: one chance in a million of a collision among 1.5 million ids. */
const RUN_ID_CHARACTERS = 12;
const SUFFIX_CHARACTERS = 8;

/** `length` random characters of lower-case base32. */
export function randomBase32(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += BASE32.charAt(byte & 31);
  return text;
}

/** Random ids; the engine receives them as its Ids port. */
export const randomIds = {
  /** `r-` and 12 characters of base32. */
  run: (): string => `r-${randomBase32(RUN_ID_CHARACTERS)}`,
  /** Last part of an effect id or of a scratch folder's name. */
  suffix: (): string => randomBase32(SUFFIX_CHARACTERS),
};
