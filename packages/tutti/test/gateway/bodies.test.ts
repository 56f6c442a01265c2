/** Bodies of requests in memory: bounded for a session and for all of them together. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createAllowance, openHold } from "../../src/gateway/allowance.ts";
import { readBody } from "../../src/gateway/body.ts";

describe("an allowance of bytes", () => {
  it("bounds each part and the whole, and a part takes nothing that the whole has not", () => {
    const whole = createAllowance(100);
    const [one, other] = [createAllowance(80, whole), createAllowance(80, whole)];
    expect([one.take(81), one.take(80), one.take(1)]).toEqual([false, true, false]);
    expect([other.take(21), other.take(20)]).toEqual([false, true]);
    one.give(80);
    expect(other.take(60)).toBe(true);
  });

  it("has back what a request took, once", () => {
    const allowance = createAllowance(10);
    const hold = openHold(allowance);
    expect([hold.take(4), hold.take(6), hold.take(1)]).toEqual([true, true, false]);
    hold.release();
    hold.release();
    expect([allowance.take(10), allowance.take(1)]).toEqual([true, false]);
  });
});

/** What is read of a body of so many bytes, sent with its length or in chunks. */
async function readOf(bytes: number, { isStated, max }: { isStated: boolean; max: number }) {
  const hold = openHold(createAllowance(max));
  const read = Promise.withResolvers<Awaited<ReturnType<typeof readBody>>>();
  const server = createServer((incoming, response) => {
    void readBody(incoming, hold)
      .then(read.resolve)
      .finally(() => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = isStated ? { "content-length": String(bytes) } : {};
  const outgoing = request({ host: "127.0.0.1", port, method: "POST", agent: false, headers });
  outgoing.on("error", () => undefined);
  outgoing.end(Buffer.alloc(bytes));
  const body = await read.promise;
  server.closeAllConnections();
  server.close();
  return body;
}

describe("a body", () => {
  it.each([true, false])("within what is left is read (length stated: %j)", async (isStated) => {
    expect(await readOf(100_000, { isStated, max: 100_000 })).toHaveLength(100_000);
  });

  it.each([true, false])("above it is asked for later (length stated: %j)", async (isStated) => {
    expect(await readOf(100_001, { isStated, max: 100_000 })).toMatchObject({
      status: 503,
      retryAfterMs: 1_000,
    });
  });
});
