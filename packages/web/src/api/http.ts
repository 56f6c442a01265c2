/**
 * Requests to the daemon that served this page. Answers are not parsed again: page and daemon are one
 * program in one version, which the header of every answer proves; another version asks for a reload.
 */
import { ApiProblem, problemOf, unreachable } from "./problem.ts";
import { createStore } from "./store.ts";

const API_PREFIX = "/api/v1";
const VERSION_HEADER = "tutti-version";

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the prefix, already encoded. */
  readonly path: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

let seenVersion: string | null = null;

/** The daemon is another program by now than the one that served this page. */
export const outdated = createStore(false);

function noteVersion(version: string | null): void {
  if (version === null) return;
  seenVersion ??= version;
  if (version !== seenVersion) outdated.set(true);
}

/** The text of the answer. Throws ApiProblem. */
export async function requestText(request: ApiRequest): Promise<string> {
  const response = await send(request);
  const text = await response.text();
  noteVersion(response.headers.get(VERSION_HEADER));
  if (response.ok) return text;
  throw problemOf(response.status, text);
}

/** The answer, which the daemon's own types describe. Throws ApiProblem. */
export async function requestJson<Answer>(request: ApiRequest): Promise<Answer> {
  const text = await requestText(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiProblem(
      {
        status: 0,
        code: "internal",
        detail: "The daemon's answer is not JSON.",
        mend: "Reload the page.",
      },
      { cause },
    );
  }
}

async function send({ method = "GET", path, json, text, headers, signal }: ApiRequest) {
  const isUnsafe = method !== "GET";
  const type = json === undefined ? "text/plain; charset=utf-8" : "application/json";
  const body = json === undefined ? text : JSON.stringify(json);
  try {
    return await fetch(`${API_PREFIX}${path}`, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        // The same request sent twice, by a person or by the network, is done once.
        ...(isUnsafe ? { "idempotency-key": crypto.randomUUID() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw unreachable(cause);
  }
}

/** A query string of what is defined; empty for nothing. */
export function search(query: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}
