/**
 * What a request's body says that matters here. The body itself goes on byte for byte.
 *
 * Tokens are reserved by its size: two bytes to a token is more than any text takes in practice
 * (English and code are near four, Chinese near three). Attachments are base64 and would count as
 * hundreds of thousands: a long run of it counts by what pictures and documents take.
 */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import { DEFAULT_MAX_OUTPUT_TOKENS, REQUEST_MAX_BYTES } from "./limits.ts";

const RESERVED_BYTES_PER_TOKEN = 2;
/** Where nobody said what a request took. */
const ESTIMATED_BYTES_PER_TOKEN = 4;
const ATTACHMENT = /[A-Za-z0-9+/_-]{4096,}/gu;
const ATTACHMENT_BYTES_PER_TOKEN = 200;
const ATTACHMENT_MIN_TOKENS = 2_000;

const Count = z.number().int().positive().optional().catch(undefined);
const Body = z.looseObject({
  model: z.string().max(200).optional().catch(undefined),
  max_tokens: Count,
  max_output_tokens: Count,
  max_completion_tokens: Count,
  n: Count,
  generationConfig: z
    .looseObject({ maxOutputTokens: Count, candidateCount: Count })
    .optional()
    .catch(undefined),
});

export type RequestFacts = {
  readonly model: string | null;
  /** Most that it can take: what is reserved. */
  readonly reservedInput: number;
  readonly reservedOutput: number;
  /** What its input takes if nobody says. */
  readonly estimatedInput: number;
};

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => gunzipSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES }),
  deflate: (bytes) => inflateSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES }),
  br: (bytes) => brotliDecompressSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES }),
  zstd: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: REQUEST_MAX_BYTES }),
};

/** Null when it is packed in a way that cannot be read, or becomes too large. */
function unpack(bytes: Buffer, encoding: string): Buffer | null {
  if (encoding === "" || encoding === "identity") return bytes;
  try {
    const decoded = DECODERS[encoding]?.(bytes);
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

function sizeOf(text: string): { readonly plain: number; readonly attached: number } {
  let plain = Buffer.byteLength(text);
  let attached = 0;
  for (const [run] of text.matchAll(ATTACHMENT)) {
    plain -= run.length;
    attached += Math.max(ATTACHMENT_MIN_TOKENS, Math.ceil(run.length / ATTACHMENT_BYTES_PER_TOKEN));
  }
  return { plain, attached };
}

/** The bound on output that the request names, for all of its answers together. */
function reservedOutput(body: z.infer<typeof Body>): number {
  const { generationConfig = {} } = body;
  const bounds = [
    body.max_output_tokens,
    body.max_completion_tokens,
    body.max_tokens,
    generationConfig.maxOutputTokens,
  ];
  const bound = bounds.find((value) => value !== undefined) ?? DEFAULT_MAX_OUTPUT_TOKENS;
  return bound * (body.n ?? generationConfig.candidateCount ?? 1);
}

/** Null when it is no JSON object: its model cannot be known, so it is not forwarded. */
export function readRequest(
  bytes: Buffer,
  { encoding, pathModel }: { readonly encoding: string; readonly pathModel: string | null },
): RequestFacts | null {
  const unpacked = unpack(bytes, encoding.trim().toLowerCase());
  if (unpacked === null) return null;
  const text = unpacked.toString("utf8");
  const body = Body.safeParse(readJson(text));
  if (!body.success) return null;
  const { plain, attached } = sizeOf(text);
  return {
    model: pathModel ?? body.data.model ?? null,
    reservedInput: Math.ceil(plain / RESERVED_BYTES_PER_TOKEN) + attached,
    reservedOutput: reservedOutput(body.data),
    estimatedInput: Math.ceil(plain / ESTIMATED_BYTES_PER_TOKEN) + attached,
  };
}

/** Of a request without a body, such as a list of models. */
export const NO_BODY: RequestFacts = {
  model: null,
  reservedInput: 0,
  reservedOutput: 0,
  estimatedInput: 0,
};
