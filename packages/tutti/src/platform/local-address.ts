/**
 * Which addresses lead back to this machine, into the user's own network or to a cloud's metadata
 * service. Only the user may point a program at one, and only by the address itself.
 */
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

export function isForeignAddress(address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return !local.check(address, family) && !ownAddresses().check(address, family);
}

/** Whether the list's entry names this very machine or an address, and so is meant literally. */
export function isLiteral(host: string): boolean {
  return host === "localhost" || isIP(host) !== 0;
}

/** A listed host that is this machine or a local address, in the words of the list itself. */
export function isLocalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/u, "");
  if (isIP(name) !== 0) return !isForeignAddress(name);
  return name === "localhost" || name.endsWith(".localhost") || NAMES_OF_HERE.has(name);
}

/** What distributions call the loopback in `/etc/hosts`. */
const NAMES_OF_HERE: ReadonlySet<string> = new Set([
  "localhost.localdomain",
  "localhost4",
  "localhost6",
  "ip6-localhost",
  "ip6-loopback",
  "loopback",
]);

/** IPv4 rules also hold for the IPv6 spelling of an IPv4 address. */
const local = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // shared by a provider's customers; some clouds' metadata
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // link-local; most clouds' metadata
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  local.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 96],
  ["64:ff9b::", 96], // these three carry IPv4 addresses to a gateway
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 9], // link-local and the old site-local
  ["ff00::", 8],
] as const) {
  local.addSubnet(net, prefix, "ipv6");
}

function ownAddresses(): BlockList {
  const list = new BlockList();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) {
      list.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
    }
  }
  return list;
}
