/**
 * Pictures and documents in a request. In base64 they would count as hundreds of thousands of tokens;
 * they count by what they take. Only where the dialect has them: what merely looks like base64 may be
 * text, which takes more.
 */
import type { Dialect } from "@tutti/protocol";

const ATTACHMENT_MIN_CHARACTERS = 4_096;
const ATTACHMENT_CHARACTERS_PER_TOKEN = 200;
const ATTACHMENT_MIN_TOKENS = 2_000;

type Fields = Readonly<Record<string, unknown>>;

type Places = {
  /** What may be one in an object that stands under `key`. */
  readonly find: (key: string, object: Fields) => readonly unknown[];
  /** Under these keys an agent writes what it likes. */
  readonly skipped: ReadonlySet<string>;
};

const OPENAI: Places = {
  find: (key, object) => {
    if (key === "image_url") return [object["url"]];
    if (key === "input_audio") return [object["data"]];
    if (key === "file") return [object["file_data"]];
    if (object["type"] === "input_image") return [object["image_url"]];
    return object["type"] === "input_file" ? [object["file_data"]] : [];
  },
  skipped: new Set(["parameters", "metadata", "arguments"]),
};

const PLACES: Readonly<Record<Dialect, Places>> = {
  anthropic: {
    find: (key, object) =>
      key === "source" && object["type"] === "base64" ? [object["data"]] : [],
    skipped: new Set(["input", "input_schema", "metadata"]),
  },
  "openai-responses": OPENAI,
  "openai-chat": OPENAI,
  google: {
    find: (key, object) => (key === "inlineData" || key === "inline_data" ? [object["data"]] : []),
    skipped: new Set(["args", "response", "parameters"]),
  },
};

const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+;base64,/u;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/u;

/** Characters of base64 in it; none for a short one, and for what is no base64. */
function lengthOf(text: unknown): number {
  if (typeof text !== "string" || text.length < ATTACHMENT_MIN_CHARACTERS) return 0;
  const head = DATA_URL.exec(text.slice(0, 200))?.[0] ?? "";
  const data = text.slice(head.length);
  return BASE64.test(data) ? data.length : 0;
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

export type Attachments = { readonly bytes: number; readonly tokens: number };

/** Every object with the key that it stands under. Without recursion: a body may be nested as deep as it is long. */
function* objectsOf(
  body: unknown,
  skipped: ReadonlySet<string>,
): Generator<readonly [key: string, object: Fields]> {
  const open: [key: string, value: unknown][] = [["", body]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [key, value] = next;
    if (!isFields(value)) continue;
    if (Array.isArray(value)) {
      for (const item of value) open.push([key, item]);
      continue;
    }
    yield [key, value];
    for (const [name, child] of Object.entries(value)) {
      if (!skipped.has(name)) open.push([name, child]);
    }
  }
}

export function attachmentsOf(body: unknown, dialect: Dialect): Attachments {
  const { find, skipped } = PLACES[dialect];
  let bytes = 0;
  let tokens = 0;
  for (const [key, object] of objectsOf(body, skipped)) {
    for (const length of find(key, object).map(lengthOf)) {
      if (length === 0) continue;
      bytes += length;
      tokens += Math.max(
        ATTACHMENT_MIN_TOKENS,
        Math.ceil(length / ATTACHMENT_CHARACTERS_PER_TOKEN),
      );
    }
  }
  return { bytes, tokens };
}

const REMOTE = /^\s*(?!data:)[a-z][a-z0-9+.-]*:/iu;

/** Addresses that the provider would fetch a picture or a document from. */
const remotePlaces: Readonly<Record<Dialect, (key: string, object: Fields) => readonly unknown[]>> =
  {
    anthropic: (key, object) =>
      key === "source" && object["type"] === "url" ? [object["url"]] : [],
    "openai-responses": (_key, object) => [object["image_url"], object["file_url"]],
    "openai-chat": (key, object) => (key === "image_url" ? [object["url"]] : []),
    google: (_key, object) => [object["fileUri"], object["file_uri"]],
  };

/** Whether the provider is to fetch something that the request names. */
export function fetchesAttachments(body: unknown, dialect: Dialect): boolean {
  const find = remotePlaces[dialect];
  for (const [key, object] of objectsOf(body, PLACES[dialect].skipped)) {
    if (find(key, object).some((one) => typeof one === "string" && REMOTE.test(one))) return true;
  }
  return false;
}
