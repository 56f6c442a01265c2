/** Reading of requests: everything from outside is parsed here, once. Throws TuttiError for bad input. */
import { userInfo } from "node:os";
import {
  MAX_BODY_BYTES,
  MAX_PATH_CHARS,
  CommitId,
  RunId,
  Sha256,
  TuttiError,
} from "@tutti/protocol";
import type { Context } from "hono";
import type { z } from "zod";

/** Problems of one body that are told; the rest would only repeat the first ones. */
const MAX_TOLD_ISSUES = 5;
const ARTIFACT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/u;
/** A key of the store, never a path: run, step and attempt. */
/** `RUN/STEP/ATTEMPT`, as the engine names them. */
const SESSION_NAME = /^[A-Za-z0-9](?:[\w.:[\]-]|\/(?=[A-Za-z0-9])){0,199}$/u;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/u;

/** The socket belongs to one user of this system, so whoever reaches it is that person. */
export const localUser = (): string => userInfo().username;

/** Bodies can be read from the network only once. */
const bodies = new WeakMap<Request, Promise<string>>();

/** The body as text, at most `MAX_BODY_BYTES`; the same for everybody who asks. */
export function textBody(context: Context): Promise<string> {
  const { raw } = context.req;
  const known = bodies.get(raw) ?? readBody(context);
  bodies.set(raw, known);
  return known;
}

/** Counted as it comes, whatever its length claims. */
async function readBody(context: Context): Promise<string> {
  const { body } = context.req.raw;
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      const limit = `${MAX_BODY_BYTES / 1024} KiB`;
      throw new TuttiError("request.too-large", `The body is larger than ${limit}.`);
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new TuttiError("usage", "The body is not UTF-8 text.", { cause });
  }
}

export async function jsonBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\b/iu.test(type)) {
    throw new TuttiError("usage", "The body must be JSON (content-type: application/json).");
  }
  return parse(schema, parseJson(await textBody(context)), "body");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("usage", `The body is not valid JSON: ${why}.`, { cause });
  }
}

/** Names the place and the problem of everything that does not fit. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const told = result.error.issues
    .slice(0, MAX_TOLD_ISSUES)
    .map(({ path, message }) => `${[what, ...path.map(String)].join(".")}: ${message}`);
  throw new TuttiError("usage", `${told.join("; ")}.`);
}

export const runParameter = (context: Context): RunId => runOf(context.req.param("run") ?? "");

/** The run of the query; null where it names none. */
export function runQuery(context: Context): RunId | null {
  const text = context.req.query("run");
  return text === undefined ? null : runOf(text);
}

function runOf(text: string): RunId {
  const result = RunId.safeParse(text);
  if (result.success) return result.data;
  throw new TuttiError("run.unknown", `There is no run ${JSON.stringify(text)}.`);
}

export function artifactParameter(context: Context): string {
  const name = context.req.param("name") ?? "";
  if (ARTIFACT_NAME.test(name)) return name;
  throw new TuttiError(
    "artifact.unknown",
    `${JSON.stringify(name)} is not the name of an artifact.`,
  );
}

export function sessionParameter(context: Context): string {
  const session = context.req.param("session") ?? "";
  if (SESSION_NAME.test(session)) return session;
  throw new TuttiError("session.unknown", `There is no session ${JSON.stringify(session)}.`);
}

export function hashParameter(context: Context): Sha256 {
  const result = Sha256.safeParse(context.req.param("hash"));
  if (result.success) return result.data;
  throw new TuttiError("blob.unknown", "A blob is named by 64 lower-case hexadecimal digits.");
}

export function idempotencyKey(context: Context): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new TuttiError("usage", "An Idempotency-Key is 1 to 200 visible ASCII characters.");
}

/** A whole number of the query within bounds; the fallback when it is absent. */
export function numberQuery(
  context: Context,
  name: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const text = context.req.query(name);
  if (text === undefined) return fallback;
  const value = /^-?\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new TuttiError("usage", `"${name}" must be a whole number from ${min} to ${max}.`);
}

/** A full commit id of the query; `null` when it is absent. */
export function commitQuery(context: Context, name: string): CommitId | null {
  const text = context.req.query(name);
  if (text === undefined) return null;
  const result = CommitId.safeParse(text);
  if (result.success) return result.data;
  throw new TuttiError("usage", `"${name}" must be a full commit id.`);
}

/** A path inside a repository, as git names files; `null` when it is absent. Not yet known to exist. */
export function pathQuery(context: Context, name: string): string | null {
  const text = context.req.query(name);
  if (text === undefined) return null;
  if (text !== "" && text.length <= MAX_PATH_CHARS && !text.includes("\0")) return text;
  throw new TuttiError("usage", `"${name}" must be the path of a file.`);
}
