/** Which headers go on to a provider, and which come back. */
import type { ProviderDialect } from "@tutti/protocol";

export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What goes on is listed: a header that nobody listed may name an account, a host or a credential.
 * `accept-encoding` never does: metering reads the stream, so it is asked for as it is.
 */
const GOES_ON: readonly string[] = [
  "accept",
  "content-encoding",
  "content-type",
  "idempotency-key",
  "user-agent",
  "x-client-request-id",
  "x-request-id",
  "x-stainless-*",
];
const OF_DIALECT: Readonly<Record<ProviderDialect, readonly string[]>> = {
  anthropic: [
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-version",
    "x-app",
    "x-claude-*",
  ],
  openai: ["conversation_id", "openai-beta", "originator", "session_id", "version", "x-codex-*"],
  "openai-compatible": ["openai-beta"],
  google: ["x-goog-api-client"],
};

/** Of a name that ends with `*`, the begin counts. */
const isListed = (list: readonly string[], name: string): boolean =>
  list.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one));

/** Of one connection only (RFC 9110, 7.6.1), and what makes no sense behind the gateway. */
const STAYS = new Set([
  "alt-svc",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-connection",
  "set-cookie",
  "strict-transport-security",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A long-lived login token of Claude is no API key: it has a header of its own. */
const ANTHROPIC_LOGIN = /^sk-ant-oat/u;
const ANTHROPIC_LOGIN_BETA = "oauth-2025-04-20";
const ANTHROPIC_VERSION = "2023-06-01";

const textOf = (value: string | readonly string[] | undefined): string | null =>
  value === undefined ? null : typeof value === "string" ? value : value.join(", ");

function authorise(headers: Record<string, string>, dialect: ProviderDialect, key: string): void {
  switch (dialect) {
    case "anthropic":
      if (ANTHROPIC_LOGIN.test(key)) {
        const betas = headers["anthropic-beta"];
        headers["authorization"] = `Bearer ${key}`;
        headers["anthropic-beta"] =
          betas === undefined ? ANTHROPIC_LOGIN_BETA : `${betas},${ANTHROPIC_LOGIN_BETA}`;
      } else {
        headers["x-api-key"] = key;
      }
      headers["anthropic-version"] ??= ANTHROPIC_VERSION;
      return;
    case "google":
      headers["x-goog-api-key"] = key;
      return;
    case "openai":
    case "openai-compatible":
      headers["authorization"] = `Bearer ${key}`;
      return;
    default:
      dialect satisfies never;
  }
}

/** Headers of the request to the provider, all but the length. */
export function onwardHeaders(
  incoming: HeaderMap,
  { dialect, key }: { readonly dialect: ProviderDialect; readonly key: string | null },
): Record<string, string> {
  const onward: Record<string, string> = {};
  const own = OF_DIALECT[dialect];
  for (const [name, value] of Object.entries(incoming)) {
    const text = textOf(value);
    const goesOn = isListed(GOES_ON, name) || isListed(own, name);
    if (goesOn && text !== null) onward[name] = text;
  }
  onward["accept-encoding"] = "identity";
  if (key !== null) authorise(onward, dialect, key);
  return onward;
}

/** Headers of the provider's answer as the agent gets them. */
export function backwardHeaders(answer: HeaderMap): Record<string, string | string[]> {
  const named = (textOf(answer["connection"]) ?? "").toLowerCase().split(/\s*,\s*/u);
  const back: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined || STAYS.has(name) || named.includes(name)) continue;
    back[name] = typeof value === "string" ? value : [...value];
  }
  return back;
}

/** What an agent may have presented as its key. */
export function presentedKeys(headers: HeaderMap): string[] {
  const bearer = /^Bearer\s+(?<key>\S+)$/iu.exec(textOf(headers["authorization"]) ?? "");
  return [textOf(headers["x-api-key"]), bearer?.groups?.["key"], textOf(headers["x-goog-api-key"])]
    .filter((key) => key !== null && key !== undefined)
    .filter((key) => key !== "");
}
