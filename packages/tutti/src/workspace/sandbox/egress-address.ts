/**
 * Which addresses a *name* may lead to. Names must not lead back to this machine, into the user's own
 * network or to a cloud's metadata service, whatever DNS says; whoever wants that lists the address
 * or `localhost` itself.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isForeignAddress, isLiteral } from "../../platform/local-address.ts";

export type Address = { readonly address: string; readonly family: number };
/** All addresses of a name; rejects when there are none. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** A resolver that does not answer must not hold connections for ever. */
const LOOKUP_TIMEOUT_MS = 10_000;

export const systemNames: Lookup = (host) => systemLookup(host, { all: true });

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
