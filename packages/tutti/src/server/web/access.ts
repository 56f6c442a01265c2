/**
 * Who may use the web listener. A link's code is used once and becomes a session of one browser; a token
 * is for a program. What is kept is only hashes, in one file of this user.
 *
 *   code ──exchange──► session ──idle or too old, or signed out──► gone
 *   token ──expired or removed──► gone
 *
 * What is true is in memory. On a full disk people still sign in and out; what could not be written is
 * written at a later sweep, and whoever takes a token back is told that a restart would bring it back.
 */
import { readFileSync } from "node:fs";
import { TuttiError } from "@tutti/protocol";
import { z } from "zod";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import { randomBase32 } from "../../platform/ids.ts";
import { hashOfSecret, isSameHash, isTokenShaped, newSecret, newToken } from "./secret.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const CODE_LIFE_MS = MINUTE_MS;
const CODES_MAX = 32;
const SESSION_IDLE_MS = 8 * HOUR_MS;
const SESSION_LIFE_MS = 7 * DAY_MS;
const SESSIONS_MAX = 64;
/** What was made later than now was made while the clock was ahead, and would live too long. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;
const TOKENS_MAX = 64;
/** A use is written down only when the last one is so long ago. */
const USE_STEP_MS = 5 * MINUTE_MS;

const Session = z.object({
  id: z.string(),
  hash: z.string(),
  createdAt: z.number(),
  usedAt: z.number(),
});
const Token = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  usedAt: z.number().nullable(),
});
const Kept = z.object({ sessions: z.array(Session), tokens: z.array(Token) });
type Kept = z.infer<typeof Kept>;

type TokenFacts = Omit<z.infer<typeof Token>, "hash">;

/** Somebody that may use the interface. */
export type Holder = {
  readonly id: string;
  readonly via: "session" | "token";
  readonly expiresAt: number;
  /** Of a token: what it was made for. */
  readonly name?: string;
};

export type Access = {
  /** A code for one link. */
  readonly createCode: () => { readonly code: string; readonly expiresAt: number };
  /** The secret of a new session; null for a code that was used, is too old, or never was. */
  readonly exchange: (code: string) => string | null;
  readonly bySession: (secret: string) => Holder | null;
  readonly byToken: (token: string) => Holder | null;
  readonly endSession: (id: string) => void;
  readonly tokens: () => readonly TokenFacts[];
  /** The token itself is told here and never again. */
  readonly createToken: (wish: { readonly name: string; readonly days: number }) => TokenFacts & {
    readonly token: string;
  };
  /** False when there is none. Throws when it cannot be written: it is gone until a restart all the same. */
  readonly removeToken: (id: string) => boolean;
  /** Called with the id of each holder that is gone. */
  readonly onGone: (listener: (id: string) => void) => void;
  /** Lets go of what is too old. */
  readonly sweep: () => void;
};

type KeptSession = z.infer<typeof Session>;

const endOf = ({ createdAt, usedAt }: KeptSession): number =>
  Math.min(createdAt + SESSION_LIFE_MS, usedAt + SESSION_IDLE_MS);

const isLiving = (session: KeptSession, now: number): boolean =>
  Math.max(session.createdAt, session.usedAt) <= now + CLOCK_TOLERANCE_MS && endOf(session) > now;

type Options = { readonly file: string; readonly now: () => number };

class AccessFile implements Access {
  readonly #file: string;
  readonly #now: () => number;
  readonly #kept: Kept;
  /** Hash → when it is too old. */
  readonly #codes = new Map<string, number>();
  readonly #listeners: ((id: string) => void)[] = [];
  #isWritten = true;
  /** Gone, and still in the file. */
  readonly #unwrittenGone = new Set<string>();

  constructor({ file, now }: Options) {
    this.#file = file;
    this.#now = now;
    this.#kept = read(file);
  }

  createCode(): { readonly code: string; readonly expiresAt: number } {
    const [oldest] = this.#codes.keys();
    if (this.#codes.size >= CODES_MAX && oldest !== undefined) this.#codes.delete(oldest);
    const code = newSecret();
    const expiresAt = this.#now() + CODE_LIFE_MS;
    this.#codes.set(hashOfSecret(code), expiresAt);
    return { code, expiresAt };
  }

  exchange(code: string): string | null {
    const hash = hashOfSecret(code);
    const at = this.#now();
    const expiresAt = this.#codes.get(hash) ?? 0;
    this.#codes.delete(hash);
    if (expiresAt <= at || expiresAt > at + CODE_LIFE_MS + CLOCK_TOLERANCE_MS) return null;
    const secret = newSecret();
    const { sessions } = this.#kept;
    const id = `s-${randomBase32(12)}`;
    sessions.push({ id, hash: hashOfSecret(secret), createdAt: at, usedAt: at });
    const dropped = sessions.splice(0, Math.max(0, sessions.length - SESSIONS_MAX));
    this.#trySave();
    this.#tellGone(dropped);
    return secret;
  }

  bySession(secret: string): Holder | null {
    const hash = hashOfSecret(secret);
    const session = this.#kept.sessions.find((one) => isSameHash(one.hash, hash));
    if (session === undefined || !isLiving(session, this.#now())) return null;
    this.#use(session);
    return { id: session.id, via: "session", expiresAt: endOf(session) };
  }

  byToken(text: string): Holder | null {
    if (!isTokenShaped(text)) return null;
    const hash = hashOfSecret(text);
    const token = this.#kept.tokens.find((one) => isSameHash(one.hash, hash));
    if (token === undefined || token.expiresAt <= this.#now()) return null;
    this.#use(token);
    return { id: token.id, via: "token", expiresAt: token.expiresAt, name: token.name };
  }

  endSession(id: string): void {
    if (this.#drop((one) => one.id === id)) this.#trySave();
  }

  tokens(): readonly TokenFacts[] {
    return this.#kept.tokens.map(({ hash: _hash, ...facts }) => facts);
  }

  createToken({ name, days }: { readonly name: string; readonly days: number }) {
    if (this.#kept.tokens.length >= TOKENS_MAX)
      throw new TuttiError("token.too-many", `There are ${TOKENS_MAX} tokens already.`);
    const token = newToken();
    const createdAt = this.#now();
    const expiresAt = createdAt + days * DAY_MS;
    const facts = { id: `t-${randomBase32(12)}`, name, createdAt, expiresAt, usedAt: null };
    const before = this.#kept.tokens;
    this.#kept.tokens = [...before, { ...facts, hash: hashOfSecret(token) }];
    try {
      this.#save();
    } catch (error) {
      this.#kept.tokens = before; // nobody is told of it
      throw error;
    }
    return { ...facts, token };
  }

  removeToken(id: string): boolean {
    const isGone = this.#drop((one) => one.id === id) || this.#unwrittenGone.has(id);
    if (isGone) this.#save();
    return isGone;
  }

  onGone(listener: (id: string) => void): void {
    this.#listeners.push(listener);
  }

  sweep(): void {
    const at = this.#now();
    this.#drop((one) => ("expiresAt" in one ? one.expiresAt <= at : !isLiving(one, at)));
    if (!this.#isWritten) this.#trySave();
  }

  /** Says whether there was any. */
  #drop(isGone: (one: KeptSession | z.infer<typeof Token>) => boolean): boolean {
    const { sessions, tokens } = this.#kept;
    const gone = [...sessions.filter(isGone), ...tokens.filter(isGone)];
    if (gone.length === 0) return false;
    this.#kept.sessions = sessions.filter((one) => !gone.includes(one));
    this.#kept.tokens = tokens.filter((one) => !gone.includes(one));
    for (const { id } of gone) this.#unwrittenGone.add(id);
    this.#isWritten = false;
    this.#tellGone(gone);
    return true;
  }

  #use(one: { usedAt: number | null }): void {
    if (this.#now() - (one.usedAt ?? 0) < USE_STEP_MS) return;
    one.usedAt = this.#now();
    this.#trySave();
  }

  #tellGone(gone: readonly { readonly id: string }[]): void {
    for (const { id } of gone) for (const listener of this.#listeners) listener(id);
  }

  #save(): void {
    this.#isWritten = false;
    writeFileAtomic(this.#file, JSON.stringify(this.#kept));
    this.#isWritten = true;
    this.#unwrittenGone.clear();
  }

  #trySave(): void {
    try {
      this.#save();
    } catch {
      // The next sweep tries again.
    }
  }
}

export const openAccess = (options: Options): Access => new AccessFile(options);

/** A file that cannot be read signs everybody out, and says so by being gone. */
function read(file: string): Kept {
  const nothing: Kept = { sessions: [], tokens: [] };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return nothing; // there is none yet
  }
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return nothing; // damaged: everybody signs in anew
  }
}
