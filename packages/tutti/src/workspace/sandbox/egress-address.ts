/**
 * Which addresses a *name* may lead to. Names must not lead back to this machine, into the user's own
 * network or to a cloud's metadata service, whatever DNS says; whoever wants that lists the address
 * or `localhost` itself.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

export type Address = { readonly address: string; readonly family: number };
/** All addresses of a name; rejects when there are none. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** A resolver that does not answer must not hold connections for ever. */
const LOOKUP_TIMEOUT_MS = 10_000;

export const systemNames: Lookup = (host) => systemLookup(host, { all: true });

export function isForeignAddress(address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return !local.check(address, family) && !ownAddresses().check(address, family);
}

/** Whether the list's entry names this very machine or an address, and so is meant literally. */
export function isLiteral(host: string): boolean {
  return host === "localhost" || isIP(host) !== 0;
}

/**
 * The addresses that are then connected to: nobody resolves the name a second time. A name with one
 * local address among others has none: which of them is taken must not decide.
 */
export async function resolveTarget(host: string, lookup: Lookup): Promise<readonly Address[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const timer = new AbortController();
  try {
    const late = AbortSignal.any([timer.signal, AbortSignal.timeout(LOOKUP_TIMEOUT_MS)]);
    const gaveUp = new Promise<readonly Address[]>((resolve) => {
      late.addEventListener("abort", () => resolve([]), { once: true });
    });
    const addresses = await Promise.race([lookup(host), gaveUp]);
    const isUsable = addresses.every(({ address }) => isLiteral(host) || isForeignAddress(address));
    return isUsable ? addresses : [];
  } catch {
    return []; // no such name, or no DNS: the client is told in one line
  } finally {
    timer.abort();
  }
}

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
