/**
 * Which CONNECT targets may be reached. A target is brought to one spelling once, that spelling is
 * compared with the list as a whole, and it is what gets connected to. Odd spellings are refused,
 * not repaired: a list that two parsers read differently is no list.
 */
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

export type EgressTarget = { readonly host: string; readonly port: number };

export type EgressDecision =
  | { readonly kind: "allowed"; readonly target: EgressTarget }
  | { readonly kind: "refused"; readonly reason: string };

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

/** Decides about the text of a CONNECT request by a fixed list of `host:port`. */
export function decideEgress(text: string, allowed: ReadonlySet<string>): EgressDecision {
  const target = readTarget(text);
  if (typeof target === "string") return { kind: "refused", reason: target };
  const name = `${target.host}:${target.port}`;
  if (!allowed.has(name)) return { kind: "refused", reason: `${name} is not on the egress list` };
  return { kind: "allowed", target };
}

/** The list in its one spelling. Entries that cannot be read allow nothing. */
export function readAllowList(entries: readonly string[]): ReadonlySet<string> {
  const targets = entries.map((entry) => readTarget(entry));
  return new Set(
    targets.flatMap((target) =>
      typeof target === "string" ? [] : `${target.host}:${target.port}`,
    ),
  );
}

/**
 * Whether an address that a *name* resolved to may be connected to. Names must not lead back to this
 * machine or to a cloud's metadata service, whatever DNS says; whoever wants that lists the address
 * or `localhost` itself.
 */
export function isForeignAddress(address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return !hereAndMetadata.check(address, family) && !ownAddresses().check(address, family);
}

/** Whether the list's entry names this very machine or an address, and so is meant literally. */
export function isLiteral(host: string): boolean {
  return host === "localhost" || isIP(host) !== 0;
}

/** IPv4 rules also hold for the IPv6 spelling of an IPv4 address. */
const hereAndMetadata = new BlockList();
hereAndMetadata.addSubnet("0.0.0.0", 8, "ipv4");
hereAndMetadata.addSubnet("127.0.0.0", 8, "ipv4");
hereAndMetadata.addSubnet("169.254.0.0", 16, "ipv4");
hereAndMetadata.addSubnet("224.0.0.0", 3, "ipv4");
hereAndMetadata.addAddress("100.100.100.200", "ipv4");
hereAndMetadata.addSubnet("::", 127, "ipv6");
hereAndMetadata.addSubnet("64:ff9b::", 96, "ipv6");
hereAndMetadata.addSubnet("fe80::", 10, "ipv6");
hereAndMetadata.addSubnet("ff00::", 8, "ipv6");
hereAndMetadata.addAddress("fd00:ec2::254", "ipv6");

function ownAddresses(): BlockList {
  const list = new BlockList();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) {
      list.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
    }
  }
  return list;
}
