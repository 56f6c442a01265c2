/** Requests that take their time, so that others get none. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { openStage, ownPage } from "./stage.ts";

it.concurrent(
  "A13: a request that never begins, never ends, or whose body never comes is cut off (CVE-2026-100558)",
  { timeout: 60_000 },
  async () => {
    await using stage = await openStage();
    const host = `127.0.0.1:${stage.port}`;
    const head = [
      "POST /api/v1/session HTTP/1.1",
      `host: ${host}`,
      `origin: http://${host}`,
      "content-type: application/json",
      "content-length: 50",
    ].join("\r\n");
    const drips = ["", "GET / HTTP/1.1\r\nx: ", `${head}\r\n\r\n{`];
    const answers = drips.map(async (bytes) => {
      const socket = connect(stage.port, "127.0.0.1").on("error", () => undefined);
      const closed = once(socket, "close");
      socket.write(bytes);
      const [data] = await once(socket, "data");
      await closed;
      return String(data).split("\r\n")[0];
    });
    expect(await Promise.all(answers)).toEqual(drips.map(() => "HTTP/1.1 408 Request Timeout"));
    const health = await stage.ask("GET /api/v1/health", ownPage(stage));
    expect(health?.status).toBe(200);
  },
);

it.concurrent(
  "A13: connections are bounded, and room comes back when they say nothing (CVE-2026-100558)",
  { timeout: 60_000 },
  async () => {
    await using stage = await openStage();
    const sockets = Array.from({ length: 600 }, () =>
      connect(stage.port, "127.0.0.1").on("error", () => undefined),
    );
    const closed = sockets.map((socket) => once(socket.resume(), "close"));
    // Those above the bound are sent away at once, and so is everybody else.
    await Promise.any(closed);
    expect(await stage.ask("GET /api/v1/health", ownPage(stage))).toBeNull();
    await Promise.all(closed);
    expect((await stage.ask("GET /api/v1/health", ownPage(stage)))?.status).toBe(200);
  },
);

const UPGRADE = [
  "GET /api/v1/events HTTP/1.1",
  "host: 127.0.0.1:PORT",
  "connection: Upgrade",
  "upgrade: websocket",
  "sec-websocket-version: 13",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
].join("\r\n");

it.concurrent(
  "A13: an upgrade whose sender breaks the connection off does no harm",
  { timeout: 60_000 },
  async () => {
    await using stage = await openStage();
    const bytes = `${UPGRADE.replace("PORT", String(stage.port))}\r\n\r\n`;
    for (let tries = 0; tries < 20; tries += 1) {
      const socket = connect(stage.port, "127.0.0.1").on("error", () => undefined);
      await once(socket, "connect");
      socket.write(bytes);
      if (tries % 2 === 0) await once(socket, "data");
      const closed = once(socket, "close");
      socket.resetAndDestroy();
      await closed;
    }
    // An error of a socket that nobody hears would have ended the process, and with it this test.
    expect((await stage.ask("GET /api/v1/health", ownPage(stage)))?.status).toBe(200);
  },
);

it.concurrent(
  "A13: upgrades whose sender never closes take no connection from others, nor keep the daemon from ending",
  { timeout: 60_000 },
  async () => {
    const stage = await openStage();
    const bytes = `${UPGRADE.replace("PORT", String(stage.port))}\r\n\r\n`;
    const answers = Array.from({ length: 500 }, async () => {
      const socket = connect({ port: stage.port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => undefined).resume();
      const ended = new Promise((resolve) => void socket.once("close", resolve));
      socket.write(bytes);
      await once(socket, "end");
      // From now on it is for the server to let go: this end writes until it is told that nobody listens.
      const knock = setInterval(() => socket.write(" "), 50);
      await ended;
      clearInterval(knock);
    });
    await Promise.all(answers);
    expect((await stage.ask("GET /api/v1/health", ownPage(stage)))?.status).toBe(200);
    await stage[Symbol.asyncDispose]();
  },
);
