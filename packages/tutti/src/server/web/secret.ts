/** Secrets that are shown once and kept only as their SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;
const CHECK_CHARACTERS = 6;
const TOKEN_PREFIX = "tutti_";

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");

/** A secret has 256 random bits, so one pass is enough. */
export const hashOfSecret = (secret: string): string =>
  createHash("sha256").update(secret).digest("hex");

/** Takes as long wherever two hashes begin to differ. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const checkOf = (body: string): string => hashOfSecret(body).slice(0, CHECK_CHARACTERS);

/** `tutti_`, 43 characters, 6 that follow from them: what scanners of secrets look for. */
export function newToken(): string {
  const body = newSecret();
  return `${TOKEN_PREFIX}${body}${checkOf(body)}`;
}

export function isTokenShaped(text: string): boolean {
  const body = text.slice(TOKEN_PREFIX.length, -CHECK_CHARACTERS);
  return text.startsWith(TOKEN_PREFIX) && text === `${TOKEN_PREFIX}${body}${checkOf(body)}`;
}

/** A secret in base64url, and its check; what is around it may go on with the same characters. */
const TOKENS = /(?=(tutti_[\w-]{43}[0-9a-f]{6}))/gu;

/** Whether a token of Tutti's stands anywhere in it. Files and words may begin like one. */
export const holdsToken = (text: string): boolean =>
  [...text.matchAll(TOKENS)].some(([, found = ""]) => isTokenShaped(found));
