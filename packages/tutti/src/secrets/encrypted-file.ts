/**
 * Names and values as one JSON document, encrypted: AES-256-GCM under a key that scrypt makes of the
 * user's words or of a key file. The header is authenticated with the content, so nothing of it can
 * be changed unnoticed, and its parameters are those of its version and no others.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from "node:crypto";
import { TuttiError } from "@tutti/protocol";
import { z } from "zod";

const VERSION = 1;
/** About 64 MiB and a quarter of a second for each guess. */
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;
const KEY_BYTES = 32;
const CHECK_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const base64 = (bytes: number) =>
  z.base64().refine((text) => Buffer.from(text, "base64").length === bytes);

const Header = z.strictObject({
  tutti: z.literal("secrets"),
  version: z.literal(VERSION),
  kdf: z.literal(`scrypt-N${SCRYPT.N}-r${SCRYPT.r}-p${SCRYPT.p}`),
  cipher: z.literal("aes-256-gcm"),
  salt: base64(SALT_BYTES),
  nonce: base64(NONCE_BYTES),
  /** Tells a wrong key from a changed file. */
  check: base64(CHECK_BYTES),
});
type Header = z.infer<typeof Header>;
const Sealed = Header.extend({ tag: base64(TAG_BYTES), content: z.base64() });
const Versioned = z.object({ tutti: z.literal("secrets"), version: z.number() });

const Values = z.record(z.string(), z.string());
export type Values = z.infer<typeof Values>;

type Derived = { readonly key: Buffer; readonly check: string };

/** Derived keys by salt and words: reading again costs no quarter of a second. */
const derived = new Map<string, Promise<Derived>>();
const DERIVED_MAX = 8;

const unreadable = (message: string, cause?: unknown): TuttiError =>
  new TuttiError("secrets.unreadable", message, cause === undefined ? {} : { cause });

function derive(words: string, salt: string): Promise<Derived> {
  const name = createHash("sha256").update(`${salt}\n${words}`).digest("hex");
  const known = derived.get(name);
  if (known !== undefined) return known;
  const made = new Promise<Derived>((resolve, reject) => {
    const length = KEY_BYTES + CHECK_BYTES;
    scrypt(words, Buffer.from(salt, "base64"), length, SCRYPT, (error, bytes) => {
      if (error !== null) return reject(error);
      const check = createHash("sha256").update(bytes.subarray(KEY_BYTES)).digest("base64");
      return resolve({ key: bytes.subarray(0, KEY_BYTES), check });
    });
  });
  if (derived.size >= DERIVED_MAX) derived.clear();
  derived.set(name, made);
  return made;
}

const authenticated = ({ tutti, version, kdf, cipher, salt, nonce, check }: Header): Buffer =>
  Buffer.from(JSON.stringify({ tutti, version, kdf, cipher, salt, nonce, check }));

/** A new salt and nonce each time: no two files share a key stream. */
export async function seal(values: Values, words: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES).toString("base64");
  const nonce = randomBytes(NONCE_BYTES);
  const { key, check } = await derive(words, salt);
  const header = Header.parse({
    tutti: "secrets",
    version: VERSION,
    kdf: Header.shape.kdf.value,
    cipher: "aes-256-gcm",
    salt,
    nonce: nonce.toString("base64"),
    check,
  });
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(authenticated(header));
  const content = Buffer.concat([cipher.update(JSON.stringify(values), "utf8"), cipher.final()]);
  const sealed = {
    ...header,
    tag: cipher.getAuthTag().toString("base64"),
    content: content.toString("base64"),
  };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/** TuttiError `secrets.unreadable`: the wrong key, another version, or not what was written. */
export async function unseal(text: string, words: string): Promise<Values> {
  const sealed = readSealed(text);
  const { key, check } = await derive(words, sealed.salt);
  if (check !== sealed.check) throw unreadable("The stored keys were encrypted with another key.");
  const nonce = Buffer.from(sealed.nonce, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(authenticated(sealed))
    .setAuthTag(Buffer.from(sealed.tag, "base64"));
  try {
    const content = decipher.update(Buffer.from(sealed.content, "base64"));
    return Values.parse(JSON.parse(Buffer.concat([content, decipher.final()]).toString()));
  } catch (error) {
    throw unreadable("The file of the stored keys was changed, or is damaged.", error);
  }
}

function readSealed(text: string): z.infer<typeof Sealed> {
  const json = parseJson(text);
  const sealed = Sealed.safeParse(json);
  if (sealed.success) return sealed.data;
  const { data: versioned } = Versioned.safeParse(json);
  if (versioned !== undefined && versioned.version > VERSION)
    throw unreadable("The stored keys were written by a newer Tutti.");
  throw unreadable("The file of the stored keys was changed, or is damaged.");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // said by the schema
  }
}
