/** What calls are made of: a request as the daemon wants it, and its answer as the protocol describes it. */
import { type ApiRequest, requestText, type Transport, unusable } from "./transport.ts";

export type CallOptions = { readonly signal?: AbortSignal | undefined };

export type ChangeOptions = CallOptions & {
  /** The same change sent twice with one key is done once. Without one, each call has its own. */
  readonly key?: string | undefined;
};

type Query = Readonly<Record<string, string | number | undefined>>;

/** How a call is sent. Answers are not parsed again: both ends are one version, which transports prove. */
export type Send = {
  readonly text: (request: ApiRequest) => Promise<string>;
  readonly json: <Answer>(request: ApiRequest) => Promise<Answer>;
};

export function sendBy(transport: Transport): Send {
  const text = (request: ApiRequest): Promise<string> => requestText(transport, request);
  return {
    text,
    json: async <Answer>(request: ApiRequest): Promise<Answer> => {
      const answer = await text(request);
      try {
        return JSON.parse(answer);
      } catch (cause) {
        throw unusable("The daemon's answer is not JSON.", cause);
      }
    },
  };
}

export const read = (path: string, { signal }: CallOptions = {}): ApiRequest => ({
  path,
  ...(signal === undefined ? {} : { signal }),
});

type Change = {
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isPaid?: boolean;
};

export function change(
  path: string,
  { method = "POST", json, text, headers, isPaid }: Change,
  { key = crypto.randomUUID(), ...options }: ChangeOptions = {},
): ApiRequest {
  return {
    ...read(path, options),
    method,
    headers: { "idempotency-key": key, ...headers },
    ...(isPaid === undefined ? {} : { isPaid }),
    ...bodyOf(json, text),
  };
}

function bodyOf(json: unknown, text: string | undefined): Pick<ApiRequest, "body"> {
  if (json !== undefined) return { body: { type: "application/json", text: JSON.stringify(json) } };
  if (text !== undefined) return { body: { type: "text/plain; charset=utf-8", text } };
  return {};
}

/** A path of the parts, each of them encoded. */
export const pathOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join("");

/** A query string of what is defined; empty for nothing. */
export function search(query: Query): string {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}
