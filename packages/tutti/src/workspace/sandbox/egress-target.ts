/**
 * Which targets may be reached. A target is brought to one spelling once, that spelling is compared
 * with the list as a whole, and it is what gets connected to. Odd spellings are refused, not
 * repaired: a list that two parsers read differently is no list.
 */
import { isIP } from "node:net";
import { isLocalHost } from "../../platform/local-address.ts";

export type EgressTarget = { readonly host: string; readonly port: number };

export type EgressDecision =
  | { readonly kind: "allowed"; readonly target: EgressTarget }
  /** `target`: what would have had to be on the list; null where the text names nothing. */
  | { readonly kind: "refused"; readonly reason: string; readonly target: EgressTarget | null };

/** DNS allows 253; the rest is room for `:65535`. */
const TARGET_MAX_CHARACTERS = 260;

/** Letters, digits and hyphens in labels of at most 63, as DNS has them. */
const HOST_NAME =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

/** `HOST:PORT` in its one spelling, or why there is none. */
export function readTarget(text: string): EgressTarget | string {
  if (text.length > TARGET_MAX_CHARACTERS) return "the target is too long";
  const match = /^(?<host>[A-Za-z0-9._-]+):(?<port>[1-9]\d{0,4})$/u.exec(text);
  if (match?.groups === undefined) return "the target is not HOST:PORT in plain letters";
  const host = (match.groups["host"] ?? "").toLowerCase().replace(/\.$/u, "");
  const port = Number(match.groups["port"]);
  if (port > 65_535) return "there is no such port";
  if (!HOST_NAME.test(host)) return "the host is not a plain name";
  // 127.1, 2130706433 and 0x7f000001 are addresses to a resolver, names to a list.
  const looksNumeric = /^(?:\d+|0x[0-9a-f]*)$/u.test(host.split(".").at(-1) ?? "");
  if (looksNumeric && isIP(host) !== 4) return "the host is a number in disguise";
  return { host, port };
}

/** Asked with `host:port` in its one spelling, at each decision anew. */
export type AllowList = { readonly has: (target: string) => boolean };

export const nameOf = ({ host, port }: EgressTarget): string => `${host}:${port}`;

/** Decides about the text of a request's target by a list of `host:port`. */
export function decideEgress(text: string, allowed: AllowList): EgressDecision {
  const target = readTarget(text);
  if (typeof target === "string") return { kind: "refused", reason: target, target: null };
  if (allowed.has(nameOf(target))) return { kind: "allowed", target };
  return { kind: "refused", reason: `${nameOf(target)} is not on the egress list`, target };
}

/** A host without a port means this one. */
const DEFAULT_PORT = 443;

/**
 * The list in its one spelling. Entries that cannot be read allow nothing; local ones allow nothing
 * in a list that is not the user's own.
 */
export function readAllowList(
  entries: readonly string[],
  { mayBeLocal }: { readonly mayBeLocal: boolean },
): ReadonlySet<string> {
  const targets = entries.map((entry) =>
    readTarget(entry.includes(":") ? entry : `${entry}:${DEFAULT_PORT}`),
  );
  return new Set(
    targets.flatMap((target) => {
      if (typeof target === "string") return [];
      return mayBeLocal || !isLocalHost(target.host) ? nameOf(target) : [];
    }),
  );
}
