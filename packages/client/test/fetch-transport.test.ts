import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createClient } from "../src/client.ts";
import { fetchTransport } from "../src/fetch-transport.ts";

let server: Server;
let origin: string;
let ended: Promise<unknown[]>;

beforeEach(async () => {
  server = createServer((request, response) => {
    response.setHeader("tutti-version", "1.2.3");
    if (request.url === "/api/v1/events") {
      response.write("event: ready\ndata: {}\n\n");
      ended = once(response, "close");
      return;
    }
    const { authorization = null } = request.headers;
    response.end(JSON.stringify({ user: authorization, path: request.url }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

it("sends a program's token, and tells the version of every answer", async () => {
  const versions: string[] = [];
  const client = createClient(
    fetchTransport({ origin, token: "t", onVersion: (version) => versions.push(version) }),
  );
  expect(await client.session()).toEqual({ user: "Bearer t", path: "/api/v1/session" });
  expect(versions).toEqual(["1.2.3"]);
});

it("closes the connection of a stream that is left", async () => {
  const end = new AbortController();
  const client = createClient(fetchTransport({ origin }));
  for await (const message of client.follow({ signal: end.signal, onLost: () => 0 })) {
    expect(message).toMatchObject({ kind: "ready" });
    break;
  }
  await ended;
});

it("says that no daemon answers, and what to do then", async () => {
  const port = new URL(origin).port;
  server.close();
  const client = createClient(
    fetchTransport({ origin: `http://127.0.0.1:${port}`, mend: "Run: tutti" }),
  );
  await expect(client.health()).rejects.toMatchObject({
    code: "daemon.unreachable",
    status: 0,
    mend: "Run: tutti",
  });
  server.listen(Number(port), "127.0.0.1");
  await once(server, "listening");
});

it("ends an aborted request with the reason of its signal", async () => {
  const end = new AbortController();
  end.abort(new Error("left"));
  await expect(
    createClient(fetchTransport({ origin })).health({ signal: end.signal }),
  ).rejects.toThrow("left");
});
