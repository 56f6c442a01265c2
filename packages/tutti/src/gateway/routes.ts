/** What is served: a short list of paths, written exactly. Everything else ends here. */
import type { Dialect, ProviderDialect } from "@tutti/protocol";

export type Route = {
  /** `generate` asks a model; `free` asks about models or counts tokens, and costs nothing. */
  readonly kind: "generate" | "free";
  readonly dialect: Dialect;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Model in the path, where the dialect has it there. */
  readonly model: string | null;
};

type Rule = Pick<Route, "kind" | "method"> & {
  readonly path: RegExp;
  readonly dialects: Partial<Record<ProviderDialect, Dialect>>;
};

const RESPONSES = { openai: "openai-responses", "openai-compatible": "openai-responses" } as const;
const CHAT = { openai: "openai-chat", "openai-compatible": "openai-chat" } as const;
const ANTHROPIC = { anthropic: "anthropic" } as const;
const GOOGLE = { google: "google" } as const;

const RULES: readonly Rule[] = [
  { kind: "generate", method: "POST", path: /^\/v1\/messages$/u, dialects: ANTHROPIC },
  { kind: "free", method: "POST", path: /^\/v1\/messages\/count_tokens$/u, dialects: ANTHROPIC },
  { kind: "generate", method: "POST", path: /^\/v1\/responses$/u, dialects: RESPONSES },
  { kind: "generate", method: "POST", path: /^\/v1\/chat\/completions$/u, dialects: CHAT },
  {
    kind: "free",
    method: "GET",
    path: /^\/v1\/models(?:\/[\w.@:-]+){0,3}$/u,
    dialects: { ...ANTHROPIC, ...CHAT },
  },
  { kind: "free", method: "GET", path: /^\/v1beta\/models(?:\/[\w.-]+)?$/u, dialects: GOOGLE },
  {
    kind: "generate",
    method: "POST",
    path: /^\/v1beta\/models\/(?<model>[\w.-]+):(?:generateContent|streamGenerateContent)$/u,
    dialects: GOOGLE,
  },
  {
    kind: "free",
    method: "POST",
    path: /^\/v1beta\/models\/(?<model>[\w.-]+):countTokens$/u,
    dialects: GOOGLE,
  },
];

/** In what dialect a provider is told about what is not served. */
export const USUAL_DIALECT: Readonly<Record<ProviderDialect, Dialect>> = {
  anthropic: "anthropic",
  openai: "openai-responses",
  google: "google",
  "openai-compatible": "openai-chat",
};

/** Null for everything that is not served of this provider. `path` is without its query. */
export function findRoute(
  provider: ProviderDialect,
  { method, path }: { readonly method: string; readonly path: string },
): Route | null {
  if (path.includes("..")) return null;
  for (const rule of RULES) {
    const dialect = rule.dialects[provider];
    const match = rule.method === method && dialect !== undefined ? rule.path.exec(path) : null;
    if (match === null || dialect === undefined) continue;
    const model = match.groups?.["model"] ?? null;
    return { kind: rule.kind, method: rule.method, dialect, path, model };
  }
  return null;
}

/** Query parameters that carry a key in some dialect. */
const KEY_PARAMETERS = new Set(["key", "api_key", "api-key", "apikey", "access_token", "token"]);

const PLAIN = /^[\w.~:@=+/-]{0,500}$/u;
/**
 * What goes on is listed, as with headers: Google's `fields` takes usage out of an answer, `alt=proto`
 * makes it unreadable. The value must match as a whole, and is written anew.
 */
const PARAMETERS: Readonly<Record<ProviderDialect, Readonly<Record<string, RegExp>>>> = {
  anthropic: { beta: PLAIN, limit: PLAIN, before_id: PLAIN, after_id: PLAIN },
  openai: { client_version: PLAIN, limit: PLAIN, after: PLAIN },
  "openai-compatible": { client_version: PLAIN, limit: PLAIN, after: PLAIN, "api-version": PLAIN },
  google: { alt: /^(?:sse|json)$/u, pageSize: PLAIN, pageToken: PLAIN },
};

/** The query as it goes on, without `?`; and what it presented as a key. */
export function readQuery(
  query: string,
  dialect: ProviderDialect,
): { readonly rest: string; readonly keys: string[] } {
  const listed = PARAMETERS[dialect];
  const keys: string[] = [];
  const rest: string[] = [];
  for (const [name, value] of new URLSearchParams(query)) {
    if (KEY_PARAMETERS.has(name.toLowerCase())) keys.push(value);
    else if (Object.hasOwn(listed, name) && listed[name]?.test(value) === true) {
      rest.push(`${name}=${encodeURIComponent(value)}`);
    }
  }
  return { rest: rest.join("&"), keys };
}

const VERSION_AT_END = /\/v\d+[a-z0-9]*$/u;
const VERSION_AT_BEGIN = /^\/v\d+[a-z0-9]*(?=\/)/u;

/** Path at the provider. A version that its address ends with takes the place of the dialect's own. */
export function pathAt(url: URL, path: string): string {
  const base = url.pathname.replace(/\/+$/u, "");
  return VERSION_AT_END.test(base) ? base + path.replace(VERSION_AT_BEGIN, "") : base + path;
}
