/** Requests by fetch: of a page to the daemon that served it, or of a program with a token. */
import { ApiError } from "./api-error.ts";
import { API_PREFIX, type ApiRequest, type Transport, VERSION_HEADER } from "./transport.ts";

export type FetchOptions = {
  /** Scheme, host and port; a page names none and asks its own daemon, by its cookie. */
  readonly origin?: string;
  /** Of a program. */
  readonly token?: string;
  /** Told with every answer: another version than before is another program. */
  readonly onVersion?: (version: string) => void;
  /** What to do where no daemon answers. */
  readonly mend?: string;
};

export function fetchTransport(options: FetchOptions = {}): Transport {
  const { origin = "", token, onVersion } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (request) => {
    const { signal } = request;
    const url = `${origin}${API_PREFIX}${request.path}`;
    let response: Response;
    try {
      response = await fetch(url, initOf(request, authorization));
    } catch (cause) {
      if (signal?.aborted === true) throw cause;
      throw unreachable(cause, options);
    }
    const version = response.headers.get(VERSION_HEADER);
    if (version !== null) onVersion?.(version);
    const { status, body } = response;
    return {
      status,
      body: body === null ? nothing() : chunksOf(body.getReader()),
      close: () => void body?.cancel().catch(() => undefined),
    };
  };
}

/** Cookies go to the own origin alone, and the browser says which page asks: that is all the proof there is. */
const initOf = (
  { method = "GET", body, headers, signal }: ApiRequest,
  authorization: Readonly<Record<string, string>>,
): RequestInit => ({
  method,
  credentials: "same-origin",
  cache: "no-store",
  headers: {
    ...(body === undefined ? {} : { "content-type": body.type }),
    ...authorization,
    ...headers,
  },
  ...(body === undefined ? {} : { body: body.text }),
  ...(signal === undefined ? {} : { signal }),
});

const unreachable = (cause: unknown, { mend = "Start the daemon with: tutti" }: FetchOptions) =>
  new ApiError(
    { status: 0, code: "daemon.unreachable", detail: "The daemon does not answer.", mend },
    { cause },
  );

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An answer without a body.
}

/** Not every browser iterates over a stream by itself. */
async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined); // broken already
    reader.releaseLock();
  }
}
