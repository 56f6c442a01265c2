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
