/** How requests reach a daemon: a unix socket, or fetch. The client knows neither. */
import { ApiError, errorOf } from "./api-error.ts";

export const API_PREFIX = "/api/v1";
export const VERSION_HEADER = "tutti-version";
/** Largest answer that is read into memory, in bytes. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** No encoding keeps such a name in its place: on the way to the daemon it would become another path. */
const STRAY_SEGMENT = /\/(?:\.{1,2})?(?:[/?]|$)/u;

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the prefix, already encoded. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A model is paid for the answer: once it is on its way it is not sent again by itself. */
  readonly isPaid?: boolean;
};

/** The head of an answer; its body is still to be read. */
export type ApiAnswer = {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** Whoever does not read to the end says so. */
  readonly close: () => void;
};

/** Throws ApiError when no answer comes, what the signal says when it was aborted, and failures of its own. */
export type Transport = (request: ApiRequest) => Promise<ApiAnswer>;

/** An answer that is no error. Throws ApiError. */
export async function open(transport: Transport, request: ApiRequest): Promise<ApiAnswer> {
  if (STRAY_SEGMENT.test(request.path)) throw strayPath(request.path);
  const answer = await transport(request);
  if (answer.status < 400) return answer;
  throw errorOf(answer.status, await readText(answer, request));
}

/** The whole text of an answer that is no error. Throws ApiError, and what the transport throws of its own. */
export const requestText = async (transport: Transport, request: ApiRequest): Promise<string> =>
  readText(await open(transport, request), request);

async function readText(answer: ApiAnswer, { signal }: ApiRequest): Promise<string> {
  try {
    return await textOf(answer);
  } catch (cause) {
    if (cause instanceof ApiError || signal?.aborted === true) throw cause;
    const detail = "The daemon's answer broke off.";
    const mend = "Ask again; the log of the daemon may say more.";
    throw new ApiError({ status: 0, code: "daemon.unreachable", detail, mend }, { cause });
  }
}

async function textOf({ body, close }: ApiAnswer): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_MAX_BYTES) {
      close();
      throw unusable("The daemon's answer is larger than any answer may be.");
    }
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

const strayPath = (path: string): ApiError =>
  new ApiError({
    status: 0,
    code: "usage",
    detail: `A name that is empty or only dots names nothing (${path}).`,
    mend: "See `tutti help`.",
  });

/** An answer that no daemon gives. */
export const unusable = (detail: string, cause?: unknown): ApiError =>
  new ApiError(
    { status: 0, code: "internal", detail, mend: "This is a defect of Tutti. Please report it." },
    { cause },
  );
