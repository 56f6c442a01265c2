/** The proxy on a socket of this test: what it asks of a target, and what it refuses to ask. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveEgress, type Egress } from "../../../src/workspace/sandbox/egress-proxy.ts";

const portOf = (server: Pick<Server, "address">): number => (server.address() as AddressInfo).port;

/** Connections that reached a server, and what was said there. */
type Target = { readonly name: string; readonly said: string[]; readonly close: () => void };

async function rawTarget(answer: string, host = "127.0.0.1", port = 0): Promise<Target> {
  const said: string[] = [];
  const server = createServer((socket) => {
    const at = said.push("") - 1;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      said[at] += chunk.toString("latin1");
      if (said[at]?.includes("\r\n\r\n") === true) socket.end(answer);
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  return { name: `${host}:${portOf(server)}`, said, close: () => server.close() };
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok";
let target: Target;
let door: Server;
let egress: Egress;
let decisions: { readonly host: string; readonly allowed: boolean }[];
const lookups: string[] = [];
const names: Record<string, readonly string[]> = {};

beforeEach(async () => {
  target = await rawTarget(OK);
  door = createServer();
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  decisions = [];
  lookups.length = 0;
  egress = serveEgress(door, {
    egress: [target.name, `rebinding.example:${target.name.split(":")[1]}`, "public.example:80"],
    onEgress: (decision) => decisions.push(decision),
    lookup: async (host) => {
      lookups.push(host);
      return (names[host] ?? []).map((address) => ({ address, family: 4 }));
    },
  });
});
afterEach(() => {
  egress.close();
  target.close();
});

/** Everything that the proxy answers on one connection until it closes it. */
async function say(text: string): Promise<string> {
  const socket = connect(portOf(door), "127.0.0.1");
  let answered = "";
  socket.on("data", (chunk) => (answered += chunk.toString("latin1")));
  socket.on("error", () => socket.destroy());
  socket.write(text);
  await once(socket, "close");
  return answered;
}

describe("plain HTTP through the proxy", () => {
  test("is asked of a listed host by its path, without the headers of one hop", async () => {
    const answered = await say(
      `GET http://${target.name}/a?b=c HTTP/1.1\r\nHost: ${target.name}\r\nX-One: 1\r\n` +
        "X-Hop: secret\r\nConnection: close, X-Hop\r\nProxy-Authorization: Basic eA==\r\n\r\n",
    );
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK\r\n.*ok$/su);
    const [asked = ""] = target.said;
    expect(asked.split("\r\n")).toEqual([
      "GET /a?b=c HTTP/1.1",
      `Host: ${target.name}`,
      "X-One: 1",
      "Connection: close",
      "",
      "",
    ]);
    expect(decisions).toEqual([{ host: target.name, allowed: true }]);
  });

  test("passes bodies of both framings and answers of a real server", async () => {
    const server = createHttpServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        response.setHeader("Set-Cookie", ["a=1", "b=2"]);
        response.end(`${request.method} ${body}`);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const name = `127.0.0.1:${portOf(server)}`;
    const second = createServer();
    second.listen(0, "127.0.0.1");
    await once(second, "listening");
    const other = serveEgress(second, { egress: [name] });
    door = second;
    try {
      const head = `POST http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n`;
      const sized = await say(`${head}Content-Length: 5\r\n\r\nhello`);
      expect(sized).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2.*POST hello/su);
      const chunked = await say(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
      expect(chunked).toContain("POST hello");
    } finally {
      other.close();
      server.close();
      server.closeAllConnections();
    }
  });

  test.each([
    [
      "an unlisted host",
      "GET http://unlisted.example/ HTTP/1.1\r\nHost: unlisted.example\r\n\r\n",
      403,
    ],
    [
      "a listed host on another port",
      "GET http://public.example:81/ HTTP/1.1\r\nHost: public.example:81\r\n\r\n",
      403,
    ],
    ["its own form", "GET / HTTP/1.1\r\nHost: TARGET\r\n\r\n", 400],
    ["https", "GET https://TARGET/ HTTP/1.1\r\nHost: TARGET\r\n\r\n", 400],
    [
      "a user in the address",
      "GET http://public.example@TARGET/ HTTP/1.1\r\nHost: TARGET\r\n\r\n",
      400,
    ],
    [
      "a Host of another host",
      "GET http://TARGET/ HTTP/1.1\r\nHost: unlisted.example\r\n\r\n",
      400,
    ],
    [
      "two Hosts",
      "GET http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nHost: unlisted.example\r\n\r\n",
      400,
    ],
    ["no Host", "GET http://TARGET/ HTTP/1.1\r\n\r\n", 400],
    [
      "two lengths",
      "POST http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      400,
    ],
    [
      "a length and chunks",
      "POST http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "an unknown framing",
      "POST http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "chunks spelled oddly",
      "POST http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a line feed in the host", "GET http://TARGET\nX: 1/ HTTP/1.1\r\nHost: TARGET\r\n\r\n", 400],
    [
      "a bare line feed after a header",
      "GET http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nX: 1\nY: 2\r\n\r\n",
      400,
    ],
    [
      "a folded header",
      "GET http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nX: 1\r\n Y: 2\r\n\r\n",
      400,
    ],
    ["NUL in the host", "GET http://TARGET\0.example/ HTTP/1.1\r\nHost: TARGET\r\n\r\n", 400],
    [
      "escaped line ends in the host",
      "GET http://TARGET%0d%0aX:1/ HTTP/1.1\r\nHost: TARGET\r\n\r\n",
      400,
    ],
    [
      "a backslash in the host",
      "GET http://TARGET\\@unlisted.example/ HTTP/1.1\r\nHost: TARGET\r\n\r\n",
      400,
    ],
    ["CONNECT with a line feed", "CONNECT TARGET\nX HTTP/1.1\r\nHost: TARGET\r\n\r\n", 400],
    [
      "headers without end",
      `GET http://TARGET/ HTTP/1.1\r\nHost: TARGET\r\nX: ${"x".repeat(40_000)}\r\n\r\n`,
      400,
    ],
  ] as const)("refuses %s, and nothing arrives", async (_name, text, status) => {
    const answered = await say(text.replaceAll("TARGET", target.name));
    expect(answered.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(target.said).toEqual([]);
    expect(decisions.every(({ allowed }) => !allowed)).toBe(true);
  });

  test("sends a second request on the same connection to its own target only", async () => {
    const first = `GET http://${target.name}/1 HTTP/1.1\r\nHost: ${target.name}\r\n\r\n`;
    const answered = await say(
      `${first}GET http://unlisted.example/2 HTTP/1.1\r\nHost: unlisted.example\r\n\r\n`,
    );
    expect(answered).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 403 /su);
    expect(target.said).toHaveLength(1);
  });
});

const port = (): string => target.name.split(":")[1] ?? "";

describe("names", () => {
  const both = [
    ["CONNECT", (name: string) => `CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n\r\n`],
    ["GET", (name: string) => `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\n\r\n`],
  ] as const;

  test.each(both)("that lead to this machine are not connected to by %s", async (_verb, ask) => {
    for (const addresses of [
      ["127.0.0.1"],
      ["192.0.2.1", "127.0.0.1"],
      ["10.0.0.1"],
      ["169.254.169.254"],
      [],
    ]) {
      names["rebinding.example"] = addresses;
      expect(await say(ask(`rebinding.example:${port()}`))).toMatch(/^HTTP\/1\.1 502/u);
    }
    expect(target.said).toEqual([]);
  });

  test.each(both)(
    "are asked for once by %s: what was checked is connected to",
    async (_verb, ask) => {
      const checked = await rawTarget(OK, "127.0.0.2");
      // Whoever asked again would get to this one, by the system's resolver and by this one.
      const trap = await rawTarget(OK, "127.0.0.1", Number(checked.name.split(":")[1]));
      const name = `localhost:${checked.name.split(":")[1]}`;
      let asked = 0;
      const second = createServer();
      second.listen(0, "127.0.0.1");
      await once(second, "listening");
      const other = serveEgress(second, {
        egress: [name],
        lookup: async () => {
          asked += 1;
          return [{ address: asked === 1 ? "127.0.0.2" : "127.0.0.1", family: 4 }];
        },
      });
      try {
        const socket = connect(portOf(second), "127.0.0.1");
        socket.write(ask(name));
        expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 200/u);
        socket.end("\r\n\r\n");
        socket.resume();
        await once(socket, "close");
        expect(asked).toBe(1);
        expect(checked.said).toHaveLength(1);
        expect(trap.said).toEqual([]);
      } finally {
        other.close();
        checked.close();
        trap.close();
      }
    },
  );
});
