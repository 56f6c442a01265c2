/**
 * What a request's body says that matters here. The body itself goes on byte for byte, so what is read
 * here must be what the provider reads: what could be read in two ways is refused.
 *
 * Tokens are reserved by its size: two bytes to a token is more than any text takes in practice
 * (English and code are near four, Chinese near three). Attachments count by what pictures and documents
 * take.
 */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { Dialect } from "@tutti/protocol";
import { z } from "zod";
import { attachmentsOf } from "./attachments.ts";
import { DEFAULT_MAX_OUTPUT_TOKENS, REQUEST_MAX_BYTES } from "./limits.ts";
import type { Refusal } from "./refusal.ts";
import { type ServerTool, serverToolsOf } from "./server-tools.ts";

const RESERVED_BYTES_PER_TOKEN = 2;
/** Where nobody said what a request took. */
const ESTIMATED_BYTES_PER_TOKEN = 4;
const MODEL_MAX_CHARACTERS = 200;

/** A bound that is no integer is read differently by each provider. */
const Bound = z.number().int().nullish();
const Generation = z
  .looseObject({
    maxOutputTokens: Bound,
    max_output_tokens: Bound,
    candidateCount: Bound,
    candidate_count: Bound,
  })
  .nullish();
const Body = z.looseObject({
  model: z.string().max(MODEL_MAX_CHARACTERS).nullish(),
  models: z.unknown().optional(),
  fallbacks: z.unknown().optional(),
  tools: z.unknown().optional(),
  mcp_servers: z.unknown().optional(),
  mcpServers: z.unknown().optional(),
  plugins: z.unknown().optional(),
  web_search_options: z.unknown().optional(),
  search_parameters: z.unknown().optional(),
  max_tokens: Bound,
  max_output_tokens: Bound,
  max_completion_tokens: Bound,
  n: Bound,
  stream: z.unknown().optional(),
  background: z.unknown().optional(),
  generationConfig: Generation,
  generation_config: Generation,
});
type Body = z.infer<typeof Body>;

export type RequestFacts = {
  readonly model: string | null;
  /** Every model that it names: fallbacks and tools may have their own. */
  readonly models: readonly string[];
  /** What the provider is let do itself. */
  readonly serverTools: readonly ServerTool[];
  /** Most that it can take: what is reserved. */
  readonly reservedInput: number;
  readonly reservedOutput: number;
  /** What its input takes if nobody says. */
  readonly estimatedInput: number;
  /** Answers that are written at the same time. */
  readonly answers: number;
  readonly isStream: boolean;
};

const DECODERS = new Map<string, (bytes: Uint8Array) => Uint8Array>([
  ["gzip", (bytes) => gunzipSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES })],
  ["deflate", (bytes) => inflateSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES })],
  ["br", (bytes) => brotliDecompressSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES })],
  ["zstd", (bytes) => zstdDecompressSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES })],
]);

/** Null when it is packed in a way that cannot be read, or becomes too large. */
function unpack(bytes: Buffer, encoding: string): Buffer | null {
  if (encoding === "" || encoding === "identity") return bytes;
  try {
    const decoded = DECODERS.get(encoding)?.(bytes);
    return decoded === undefined ? null : Buffer.from(decoded);
  } catch {
    return null; // not what its header says: it is refused
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused as a body that is no JSON object
  }
}

const refuse = (message: string): Refusal => ({ status: 400, message });

/** Some servers read names in any case of letters, and would find another model or bound than is read here. */
const NAMES = new Map(Object.keys(Body.shape).map((name) => [name.toLowerCase(), name]));

const otherSpelling = (body: object): string | undefined =>
  Object.keys(body).find((key) => {
    const name = NAMES.get(key.toUpperCase().toLowerCase());
    return name !== undefined && name !== key;
  });

/** The names under which each dialect bounds one answer. Others are not heeded by its providers. */
const boundsOf = (body: Body, dialect: Dialect): (number | null | undefined)[] => {
  switch (dialect) {
    case "anthropic":
      return [body.max_tokens];
    case "openai-responses":
      return [body.max_output_tokens];
    case "openai-chat":
      return [body.max_tokens, body.max_completion_tokens];
    case "google":
      return [body.generationConfig, body.generation_config].flatMap((one) => [
        one?.maxOutputTokens,
        one?.max_output_tokens,
      ]);
    default:
      return dialect satisfies never;
  }
};

const answersOf = (body: Body, dialect: Dialect): number => {
  const asked =
    dialect === "openai-chat"
      ? [body.n]
      : [body.generationConfig, body.generation_config].flatMap((one) => [
          one?.candidateCount,
          one?.candidate_count,
        ]);
  return Math.max(1, ...asked.map((count) => count ?? 1));
};

/** For one answer: the largest bound that it names. One of zero or less is none. */
function largestBound(body: Body, dialect: Dialect): number {
  const bounds = boundsOf(body, dialect).filter((bound) => typeof bound === "number");
  if (bounds.length === 0) return DEFAULT_MAX_OUTPUT_TOKENS;
  return Math.max(...bounds.map((bound) => (bound > 0 ? bound : DEFAULT_MAX_OUTPUT_TOKENS)));
}

const WithModel = z.looseObject({ model: z.string() });

/** Models of a list whose items are names, or objects with one. */
const listed = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
    if (typeof item === "string") return item;
    const one = WithModel.safeParse(item);
    return one.success ? one.data.model : [];
  });

const modelsOf = (body: Body, pathModel: string | null): string[] => {
  const tools = Array.isArray(body.tools) ? body.tools : [];
  const named = [pathModel, body.model].filter((model) => typeof model === "string");
  const others = [...listed(body.models), ...listed(body.fallbacks)];
  const ofTools = listed(tools.filter((tool) => typeof tool !== "string"));
  return [...new Set([...named, ...others, ...ofTools])];
};

const isOn = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

function objectionTo(body: Body, models: readonly string[]): Refusal | null {
  const spelling = otherSpelling(body);
  if (spelling !== undefined) {
    const name = NAMES.get(spelling.toUpperCase().toLowerCase());
    return refuse(`the request says ${spelling}; it is spelled ${name}`);
  }
  if (models.some((model) => model.length > MODEL_MAX_CHARACTERS)) {
    return refuse(`a model's name may have ${MODEL_MAX_CHARACTERS} characters`);
  }
  if (isOn(body.background)) {
    const message =
      "answers in the background are not served, since nobody would learn what they take; ask without `background`";
    return { status: 403, message };
  }
  return null;
}

type ReadOptions = {
  readonly encoding: string;
  readonly dialect: Dialect;
  readonly pathModel: string | null;
};

/** What cannot be known about a request is why it is not forwarded. */
export function readRequest(
  bytes: Buffer,
  { encoding, dialect, pathModel }: ReadOptions,
): RequestFacts | Refusal {
  const unpacked = unpack(bytes, encoding.trim().toLowerCase());
  const value = unpacked === null ? null : readJson(unpacked.toString("utf8"));
  const parsed = Body.safeParse(value);
  if (unpacked === null || !parsed.success) {
    const path = parsed.error?.issues[0]?.path.join(".") ?? "";
    return refuse(
      path === ""
        ? "the request is not a JSON object that can be read"
        : `${path.slice(0, MODEL_MAX_CHARACTERS)} is not what it must be`,
    );
  }
  const body = parsed.data;
  const models = modelsOf(body, pathModel);
  const objection = objectionTo(body, models);
  if (objection !== null) return objection;
  const { bytes: attachedBytes, tokens } = attachmentsOf(value, dialect);
  const plain = unpacked.length - attachedBytes;
  const answers = answersOf(body, dialect);
  return {
    model: pathModel ?? body.model ?? null,
    models,
    serverTools: serverToolsOf(value, dialect),
    reservedInput: Math.ceil(plain / RESERVED_BYTES_PER_TOKEN) + tokens,
    reservedOutput: largestBound(body, dialect) * answers,
    estimatedInput: Math.ceil(plain / ESTIMATED_BYTES_PER_TOKEN) + tokens,
    answers,
    isStream: body.stream === true,
  };
}

/** Of a request without a body, such as a list of models. */
export const NO_BODY: RequestFacts = {
  model: null,
  models: [],
  serverTools: [],
  reservedInput: 0,
  reservedOutput: 0,
  estimatedInput: 0,
  answers: 1,
  isStream: false,
};
