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
const ATTACHMENT_MIN_BYTES = 4_096;
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

const BASE64 = new Uint8Array(256);
for (const byte of Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_",
)) {
  BASE64[byte] = 1;
}

/**
 * Long runs of base64. Each covers one of the places that are looked at, so most bytes are not; none is
 * looked at more than twice, whatever the body is.
 */
function sizeOf(bytes: Buffer): { readonly plain: number; readonly attached: number } {
  const isBase64 = (at: number): boolean => BASE64[bytes[at] ?? 0] === 1;
  let plain = bytes.length;
  let attached = 0;
  let done = 0;
  for (let place = ATTACHMENT_MIN_BYTES - 1; place < bytes.length;) {
    let begin = place;
    while (begin > done && isBase64(begin - 1)) begin -= 1;
    let end = place;
    while (end < bytes.length && isBase64(end)) end += 1;
    const length = end - begin;
    if (isBase64(place) && length >= ATTACHMENT_MIN_BYTES) {
      plain -= length;
      attached += Math.max(ATTACHMENT_MIN_TOKENS, Math.ceil(length / ATTACHMENT_BYTES_PER_TOKEN));
    }
    done = Math.max(end, place);
    place = done + ATTACHMENT_MIN_BYTES;
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
  const body = Body.safeParse(readJson(unpacked.toString("utf8")));
  if (!body.success) return null;
  const { plain, attached } = sizeOf(unpacked);
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
