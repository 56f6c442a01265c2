/** Providers that break, hang or lie, and agents that go or dawdle: told truthfully, recorded, nothing kept. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { ServerResponse } from "node:http";
import { TuttiError } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { answerStream, anthropicAt, messageStream, openProvider, openRig } from "./rig.ts";

/** A provider that answers each connection's first bytes with raw ones. */
async function openRaw(play: (socket: Socket) => void): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => play(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const [BEGIN = ""] = messageStream().split("event: content_block_stop");

describe("a provider that fails", () => {
  it.each([400, 401, 404, 429, 500, 503, 529])("with %i is heard as it is", async (status) => {
    const text = `{"type":"error","error":{"type":"x_error","message":"It was ${status}."}}\n`;
    await using provider = await openProvider((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-extra": "1" });
      response.end(text);
    });
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open();
    expect(await ask()).toMatchObject({ status, text, headers: { "x-extra": "1" } });
    expect(lease.requests()).toMatchObject([
      {
        outcome: "provider-error",
        status,
        error: `It was ${status}.`,
        costUsd: 0,
        isMetered: true,
      },
    ]);
  });

  it("to take a key is asked with a fresh one the next time", async () => {
    const keys = ["old", "new"];
    await using provider = await openProvider((request, response) => {
      if (request.headers["x-api-key"] === "old") response.writeHead(401).end("{}");
      else answerStream(response);
    });
    await using rig = openRig({
      providers: anthropicAt(provider.url),
      secrets: { get: async () => keys.shift() ?? null },
    });
    const { ask } = await rig.open();
    expect([(await ask()).status, (await ask()).status]).toEqual([401, 200]);
  });

  it("to have a key any more, since the keyring fails, is one request's failure", async () => {
    const keys = [async () => "old", async () => Promise.reject(new Error("locked"))];
    await using provider = await openProvider((_request, response) =>
      response.writeHead(401).end(),
    );
    await using rig = openRig({
      providers: anthropicAt(provider.url),
      secrets: { get: async () => (await keys.shift()?.()) ?? null },
    });
    const { ask, lease } = await rig.open();
    expect([(await ask()).status, (await ask()).status]).toEqual([401, 502]);
    expect(lease.requests().at(-1)).toMatchObject({ outcome: "unreachable", inputTokens: 0 });
  });

  it("in the middle of a stream that it ends itself is an error all the same", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    await using provider = await openProvider((_request, response) =>
      answerStream(response, `${BEGIN}event: error\ndata: ${JSON.stringify(error)}\n\n`),
    );
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open();
    await ask();
    expect(lease.requests()).toMatchObject([
      { outcome: "provider-error", error: "Overloaded", isMetered: false, inputTokens: 100 },
    ]);
  });

  it("by not being there is said to be so, and takes nothing", async () => {
    await using gone = await openRaw(() => undefined);
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    await using rig = openRig({ providers: anthropicAt(url) });
    const { ask, lease } = await rig.open();
    const reply = await ask();
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.text)).toMatchObject({ type: "error", error: { type: "api_error" } });
    expect(lease.requests()).toMatchObject([
      { outcome: "unreachable", status: null, inputTokens: 0, costUsd: 0, isMetered: true },
    ]);
    expect(lease.requests()[0]?.error).toContain("ECONNREFUSED");
  });

  it("at all of its addresses is said to be so", async () => {
    await using gone = await openRaw(() => undefined);
    await gone[Symbol.asyncDispose]();
    await using rig = openRig({
      providers: anthropicAt(gone.url.replace("127.0.0.1", "localhost")),
    });
    const { ask, lease } = await rig.open();
    expect((await ask()).status).toBe(502);
    expect(lease.requests()[0]?.error).toContain("ECONNREFUSED");
  });

  it("by saying that there is nothing is heard by the daemon's own requests", async () => {
    await using provider = await openProvider((_request, response) =>
      response.writeHead(204).end(),
    );
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { lease } = await rig.open();
    const response = await lease.fetch("http://gateway/v1/models");
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH\r\n", 502],
    ["HTML", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", 200],
    ["nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200],
  ])("by answering with %s is recorded as garbage", async (_what, bytes, status) => {
    await using raw = await openRaw((socket) => socket.end(bytes));
    await using rig = openRig({ providers: anthropicAt(raw.url) });
    const { ask, lease } = await rig.open();
    expect((await ask()).status).toBe(status);
    expect(lease.requests()).toMatchObject([{ outcome: "garbage", isMetered: false }]);
  });

  it("by cutting its stream cuts the agent's, after all that came before", async () => {
    await using raw = await openRaw((socket) => socket.end(STREAM_HEAD + chunk(BEGIN)));
    await using rig = openRig({ providers: anthropicAt(raw.url) });
    const { ask, lease } = await rig.open();
    expect(await ask()).toMatchObject({ status: 200, text: BEGIN, isWhole: false });
    expect(lease.requests()).toMatchObject([
      {
        outcome: "cut",
        status: 200,
        servedModel: "claude-sonnet-4-5-20250929",
        inputTokens: 100,
        isMetered: false,
      },
    ]);
    expect(lease.requests()[0]?.outputTokens).toBeGreaterThan(0);
  });

  it("by stopping early without an error is recorded as cut", async () => {
    await using provider = await openProvider((_request, response) =>
      answerStream(response, BEGIN),
    );
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open();
    expect(await ask()).toMatchObject({ text: BEGIN, isWhole: true });
    expect(lease.requests()).toMatchObject([{ outcome: "cut", isMetered: false }]);
  });

  it("by never answering is given up", async () => {
    await using raw = await openRaw(() => undefined);
    await using rig = openRig({ providers: anthropicAt(raw.url), timeouts: { firstByteMs: 30 } });
    const { ask, lease } = await rig.open();
    const reply = await ask();
    expect(reply.status).toBe(504);
    expect(JSON.parse(reply.text)).toMatchObject({ error: { type: "timeout_error" } });
    expect(lease.requests()).toMatchObject([{ outcome: "unreachable", isMetered: false }]);
    expect(lease.requests()[0]?.inputTokens).toBeGreaterThan(0);
  });

  it.each([
    ["falling silent", { idleMs: 30 }, "nothing arrived"],
    ["never coming to an end", { totalMs: 30 }, "took longer"],
  ])("by %s is cut", async (_what, timeouts, error) => {
    await using raw = await openRaw((socket) => socket.write(STREAM_HEAD + chunk(BEGIN)));
    await using rig = openRig({ providers: anthropicAt(raw.url), timeouts });
    const { ask, lease } = await rig.open();
    expect(await ask()).toMatchObject({ text: BEGIN, isWhole: false });
    expect(lease.requests()).toMatchObject([
      { outcome: "cut", error: expect.stringContaining(error) },
    ]);
  });

  it("by having closed an idle connection is asked on a new one", async () => {
    let connections = 0;
    await using raw = await openRaw((socket) => {
      connections += 1;
      const text = messageStream();
      const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
      socket.write(head + text);
      socket.on("data", () => socket.resetAndDestroy());
    });
    const timeouts = { staleMs: 60_000 };
    await using rig = openRig({ providers: anthropicAt(raw.url), timeouts });
    const { ask } = await rig.open();
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    expect(connections).toBe(2);
  });

  it("by breaking a kept connection long after it was asked is not asked again", async () => {
    let connections = 0;
    await using raw = await openRaw((socket) => {
      connections += 1;
      const text = messageStream();
      const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
      socket.write(head + text);
      socket.on("data", () => setTimeout(() => socket.resetAndDestroy(), 60));
    });
    const timeouts = { staleMs: 20 };
    await using rig = openRig({ providers: anthropicAt(raw.url), timeouts });
    const { ask, lease } = await rig.open();
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 502]);
    expect(connections).toBe(1);
    // It may have been answered, and paid: the time counts.
    const [, second] = lease.requests();
    expect(second?.outputTokens).toBeGreaterThan(0);
  });
});

describe("an agent", () => {
  it("that goes away ends its request at the provider", async () => {
    const ended = Promise.withResolvers<void>();
    await using raw = await openRaw((socket) => {
      socket.once("close", () => ended.resolve());
      socket.write(STREAM_HEAD + chunk(BEGIN));
    });
    await using rig = openRig({ providers: anthropicAt(raw.url) });
    const { begin, lease } = await rig.open();
    const message = await begin();
    await once(message, "data");
    message.destroy();
    await ended.promise;
    expect(lease.requests()).toMatchObject([
      { outcome: "cancelled", isMetered: false, inputTokens: 100 },
    ]);
  });

  it("that goes away before any answer does as well", async () => {
    const arrived = Promise.withResolvers<Socket>();
    await using raw = await openRaw((socket) => arrived.resolve(socket));
    await using rig = openRig({ providers: anthropicAt(raw.url) });
    const { begin, lease } = await rig.open();
    const cancel = new AbortController();
    const asked = begin({ signal: cancel.signal });
    const socket = await arrived.promise;
    const closed = once(socket, "close");
    cancel.abort();
    await expect(asked).rejects.toThrow("abort");
    await closed;
    await expect.poll(() => lease.requests()).toMatchObject([{ outcome: "cancelled" }]);
  });

  it(
    "that reads slowly slows the provider down, and nothing piles up in between",
    { timeout: 20_000 },
    async () => {
      let sent = 0;
      const block = Buffer.alloc(64 * 1024, "data: x\n\n");
      const pump = (response: ServerResponse): void => {
        let goesOn = true;
        while (goesOn && !response.destroyed) {
          goesOn = response.write(block);
          sent += block.length;
        }
        response.once("drain", () => pump(response));
      };
      await using provider = await openProvider((_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        pump(response);
      });
      await using rig = openRig({
        providers: anthropicAt(provider.url),
        timeouts: { idleMs: 500 },
      });
      const { begin, lease } = await rig.open();
      const message = await begin();
      message.pause();
      // Still the same for longer than a provider may be silent: everybody waits for this reader.
      let before = -1;
      let looks = 0;
      await expect
        .poll(
          () => {
            looks = sent > 0 && sent === before ? looks + 1 : 0;
            before = sent;
            return looks;
          },
          { interval: 100, timeout: 9_000 },
        )
        .toBeGreaterThan(10);
      expect(sent).toBeLessThan(32 * 1024 * 1024);
      expect(lease.requests()).toEqual([]);
      message.destroy();
      await expect.poll(() => lease.requests()).toMatchObject([{ outcome: "cancelled" }]);
    },
  );
});

describe("the end of a session", () => {
  it("ends its requests, has them on disk, and closes its door", async () => {
    const ended = Promise.withResolvers<void>();
    await using raw = await openRaw((socket) => {
      socket.once("close", () => ended.resolve());
      socket.write(STREAM_HEAD + chunk(BEGIN));
    });
    await using rig = openRig({ providers: anthropicAt(raw.url) });
    const { begin, ask, lease } = await rig.open();
    const message = await begin();
    message.on("error", () => undefined);
    await once(message, "data");
    await lease[Symbol.asyncDispose]();
    await ended.promise;
    expect(rig.recorded()).toMatchObject([{ outcome: "cancelled", inputTokens: 100 }]);
    await expect(ask()).rejects.toThrow("ECONNREFUSED");
  });

  it("comes although requests wait for a place or for others' reservations", async () => {
    await using raw = await openRaw(() => undefined);
    await using rig = openRig({ providers: anthropicAt(raw.url, { concurrency: 1 }) });
    const session = await rig.open();
    const asked = [session.ask(), session.ask(), session.ask()].map((reply) => reply.catch(String));
    await expect.poll(() => rig.store.meter.totals({}).length).toBe(1);
    await session.lease[Symbol.asyncDispose]();
    await Promise.all(asked);
    for (const { outcome } of rig.recorded()) expect(outcome).toBe("cancelled");
  });

  it("does not lose what the disk refused for a while", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open();
    const { append } = rig.store.meter;
    let refusals = 2;
    Object.assign(rig.store.meter, {
      append: async (requests: Parameters<typeof append>[0]) => {
        refusals -= 1;
        if (refusals >= 0) throw new TuttiError("disk.full", "no space left", { retry: "later" });
        return append(requests);
      },
    });
    await ask();
    await lease[Symbol.asyncDispose]();
    await expect.poll(() => rig.recorded(), { timeout: 5_000 }).toHaveLength(1);
  });
});
