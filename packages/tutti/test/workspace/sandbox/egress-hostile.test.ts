/** The proxy between a target and a client of which one behaves badly, and a list that is not the user's. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { serveEgress, type EgressOptions } from "../../../src/workspace/sandbox/egress-proxy.ts";
import { tunnel } from "../../../src/workspace/sandbox/egress-tunnel.ts";

type Place = AsyncDisposable & { readonly server: Server; readonly name: string };

async function listen(server: Server): Promise<Place> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    name,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers the first bytes of each connection with a text. */
const targetOf = (text: string): Promise<Place> =>
  listen(
    createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => socket.end(text));
    }),
  );

async function proxyOf(options: EgressOptions): Promise<Place> {
  const door = await listen(createServer());
  const egress = serveEgress(door.server, options);
  return {
    ...door,
    [Symbol.asyncDispose]: () => {
      egress.close();
      return Promise.resolve();
    },
  };
}

/** Everything that is answered on one connection. */
async function say({ server }: Place, text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => socket.destroy());
  socket.write(text);
  await once(socket, "close");
  return Buffer.concat(pieces).toString("latin1");
}

const get = (name: string): string =>
  `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;

test.each(["099 X", "000 X", "600 X", "999 X", "101 Switching Protocols"])(
  "an answer with the status %s is a bad gateway, and the proxy goes on",
  async (status) => {
    await using odd = await targetOf(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
    await using fine = await targetOf("HTTP/1.1 299 Y\r\nContent-Length: 0\r\n\r\n");
    await using proxy = await proxyOf({ egress: [odd.name, fine.name] });
    expect(await say(proxy, get(odd.name))).toMatch(/^HTTP\/1\.1 502/u);
    expect(await say(proxy, get(fine.name))).toMatch(/^HTTP\/1\.1 299/u);
  },
);

test("a project's list is refused an address of this machine that the user's may have", async () => {
  await using target = await targetOf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  for (const [egressFrom, status] of [
    ["project", /^HTTP\/1\.1 403/u],
    ["user", /^HTTP\/1\.1 200/u],
  ] as const) {
    await using proxy = await proxyOf({ egress: [target.name], egressFrom });
    expect(await say(proxy, get(target.name))).toMatch(status);
    const asked = `CONNECT ${target.name} HTTP/1.1\r\nHost: x\r\n\r\nx`;
    expect(await say(proxy, asked)).toMatch(status);
  }
});

test("a client that leaves while its tunnel is made holds no connection to the target", async () => {
  await using target = await listen(createServer((socket) => socket.resume()));
  const port = Number(target.name.split(":")[1]);
  const client = new PassThrough();
  const kept: Duplex[] = [];
  await tunnel(
    client,
    { target: { host: "127.0.0.1", port }, head: Buffer.alloc(0) },
    { lookup: () => Promise.resolve([]), keep: (upstream) => kept.push(upstream) },
  );
  // The connection was asked for in this very turn of the loop and is not made yet.
  client.destroy();
  const [upstream] = kept;
  if (upstream === undefined) throw new Error("it was not connected");
  await once(upstream, "close");
  expect(upstream.destroyed).toBe(true);
});
