/** One CONNECT tunnel: bytes both ways, looked at by nobody. */
import { connect, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { resolveTarget, type Address, type Lookup } from "./egress-address.ts";
import type { EgressTarget } from "./egress-target.ts";

export const CONNECT_TIMEOUT_MS = 15_000;
/** A tunnel in which nothing moves. Model streams may pause for minutes. */
export const IDLE_TIMEOUT_MS = 15 * 60_000;

export type Way = { readonly lookup: Lookup; readonly keep: (stream: Duplex) => void };

/** For `connect` and `request`: answers with what was checked, so that nobody asks DNS again. */
export const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (host, { all }, found) => {
    const [first] = addresses;
    if (first === undefined) found(new Error(`${host} has no address`), "");
    else if (all === true) found(null, [...addresses]);
    else found(null, first.address, first.family);
  };

export async function tunnel(
  client: Duplex,
  { target, head }: { readonly target: EgressTarget; readonly head: Buffer },
  { lookup, keep }: Way,
): Promise<void> {
  const addresses = await resolveTarget(target.host, lookup);
  if (addresses.length === 0) {
    refuse(client, "502 Bad Gateway", nowhere(target));
    return;
  }
  if (client.destroyed) return;
  const { host, port } = target;
  const upstream = connect({ host, port, lookup: pinned(addresses) });
  keep(upstream);
  // Also while it connects: a client that leaves then must not hold a connection.
  client.once("close", () => upstream.destroy());
  upstream.setTimeout(CONNECT_TIMEOUT_MS, () => upstream.destroy());
  const fail = (): void => refuse(client, "502 Bad Gateway", `${host} cannot be reached`);
  upstream.once("close", fail);
  upstream.once("connect", () => {
    upstream.off("close", fail);
    upstream.setTimeout(IDLE_TIMEOUT_MS, () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(head);
    client.pipe(upstream);
    upstream.pipe(client);
  });
}

export const nowhere = ({ host }: EgressTarget): string =>
  `${host} does not resolve to an address outside`;

export function refuse(client: Duplex, status: string, reason: string): void {
  if (client.destroyed || !client.writable) return;
  const body = `tutti: ${reason}\n`;
  client.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
