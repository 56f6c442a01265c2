import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  answerStream,
  anthropicAt,
  KEY,
  MESSAGE,
  messageStream,
  openProvider,
  openRig,
} from "./rig.ts";

const compatible = (url: string) => ({
  dialect: "openai-compatible" as const,
  url,
  keyless: true as const,
});

const local = (url: string) => ({
  ...anthropicAt(url),
  openai: { dialect: "openai" as const, url, key: "OPENAI_API_KEY" },
  google: { dialect: "google" as const, url, key: "GEMINI_API_KEY" },
  ollama: compatible(`${url}/v1`),
});

const CHAT = '{"model":"qwen3:8b","messages":[]}';

describe("passing requests on", () => {
  it("sends path, query and body as they are, and gives the answer back byte for byte", async () => {
    await using provider = await openProvider((_request, response) => {
      response.setHeader("request-id", "req_1");
      answerStream(response);
    });
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const session = await rig.open();
    const body = `{ "model" : "claude-sonnet-4-5",\n "max_tokens":9, "é":"🎼" }`;
    const reply = await session.ask({ path: "/v1/messages?beta=true", body });
    expect(reply).toMatchObject({ status: 200, text: messageStream(), isWhole: true });
    expect(reply.headers).toMatchObject({
      "content-type": "text/event-stream",
      "request-id": "req_1",
    });
    expect(provider.received).toMatchObject([
      { method: "POST", url: "/v1/messages?beta=true", body },
    ]);
  });

  it.each([
    ["anthropic", "GET", "/v1/models?limit=5&after_id=a&x=1", "/v1/models?limit=5&after_id=a"],
    ["openai", "GET", "/v1/models?client_version=0.142.3", "/v1/models?client_version=0.142.3"],
    [
      "google",
      "POST",
      "/v1beta/models/g:streamGenerateContent?%24fields=candidates&fields=candidates&alt=sse",
      "/v1beta/models/g:streamGenerateContent?alt=sse",
    ],
    [
      "google",
      "POST",
      "/v1beta/models/g:generateContent?alt=proto",
      "/v1beta/models/g:generateContent",
    ],
    [
      "google",
      "POST",
      "/v1beta/models/g:generateContent?Alt=sse;fields=x",
      "/v1beta/models/g:generateContent",
    ],
    [
      "google",
      "GET",
      "/v1beta/models?pageToken=a%3D%3D&pageSize=2",
      "/v1beta/models?pageToken=a%3D%3D&pageSize=2",
    ],
  ])("to %s takes only parameters that it knows along (%s %s)", async (...row) => {
    const [name, method, path, url] = row;
    await using provider = await openProvider((_request, response) => response.end("{}"));
    await using rig = openRig({ providers: local(provider.url) });
    const { ask } = await rig.open({ provider: name });
    await ask({ method, path, body: "{}" });
    expect(provider.received.map((one) => one.url)).toEqual([url]);
  });

  it("puts the real key where the dialect has it, and the session's token nowhere", async () => {
    await using provider = await openProvider((_request, response) => response.end("{}"));
    await using rig = openRig({ providers: local(provider.url) });
    const ask = async (
      name: string,
      path: string,
      how: Record<string, string>,
    ): Promise<string> => {
      const { lease, ask: send } = await rig.open({ provider: name });
      const headers: Record<string, string> = { "x-api-key": "", ...how };
      for (const [key, value] of Object.entries(headers)) {
        headers[key] = value.replace("TOKEN", lease.token);
      }
      await send({ path: path.replace("TOKEN", lease.token), headers, body: CHAT });
      return lease.token;
    };
    const tokens = [
      await ask("anthropic", "/v1/messages", { "x-api-key": "TOKEN" }),
      await ask("anthropic", "/v1/messages", { authorization: "Bearer TOKEN" }),
      await ask("openai", "/v1/responses", { authorization: "bearer TOKEN" }),
      await ask("google", "/v1beta/models/gemini-3-pro:generateContent?key=TOKEN&alt=sse", {}),
      await ask("google", "/v1beta/models/g:generateContent", { "x-goog-api-key": "TOKEN" }),
      await ask("ollama", "/v1/chat/completions", { authorization: "Bearer TOKEN" }),
    ];
    const keys = provider.received.map(({ headers }) => [
      headers["x-api-key"],
      headers.authorization,
      headers["x-goog-api-key"],
    ]);
    const bearer = `Bearer ${KEY}`;
    expect(keys).toEqual([
      [KEY, undefined, undefined],
      [KEY, undefined, undefined],
      [undefined, bearer, undefined],
      [undefined, undefined, KEY],
      [undefined, undefined, KEY],
      [undefined, undefined, undefined],
    ]);
    expect(provider.received.map(({ url }) => url)).toEqual([
      "/v1/messages",
      "/v1/messages",
      "/v1/responses",
      "/v1beta/models/gemini-3-pro:generateContent?alt=sse",
      "/v1beta/models/g:generateContent",
      "/v1/chat/completions",
    ]);
    const all = JSON.stringify(provider.received);
    for (const token of tokens) expect(all).not.toContain(token);
  });

  it("gives a login token of Claude its own header and its own beta flag", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({
      providers: anthropicAt(provider.url),
      secrets: { get: async () => "sk-ant-oat01-long-lived" },
    });
    const { ask } = await rig.open();
    await ask({ headers: { "anthropic-beta": "tools-2026" } });
    expect(provider.received[0]?.headers).toMatchObject({
      authorization: "Bearer sk-ant-oat01-long-lived",
      "anthropic-beta": "tools-2026,oauth-2025-04-20",
    });
    expect(provider.received[0]?.headers["x-api-key"]).toBeUndefined();
  });

  it("lets only listed headers on, and asks for an answer that is not packed", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask } = await rig.open();
    await ask({
      headers: {
        "accept-encoding": "gzip, br",
        "anthropic-version": "2023-06-01",
        "x-stainless-lang": "js",
        "user-agent": "claude-cli/2",
        cookie: "session=1",
        "openai-organization": "org-1",
        "proxy-authorization": "Basic eA==",
        "x-forwarded-for": "10.0.0.1",
        "x-odd": "1",
        "x-codex-turn-metadata": "{}",
        originator: "codex",
        te: "trailers",
      },
    });
    const headers = provider.received[0]?.headers ?? {};
    expect(Object.keys(headers).toSorted((left, right) => left.localeCompare(right))).toEqual([
      "accept-encoding",
      "anthropic-version",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "x-api-key",
      "x-stainless-lang",
    ]);
    expect(headers["accept-encoding"]).toBe("identity");
  });

  it("keeps headers of the provider's connection and its cookies to itself", async () => {
    await using provider = await openProvider((_request, response) => {
      response.setHeader("set-cookie", "a=1");
      response.setHeader("connection", "x-hop, keep-alive");
      response.setHeader("x-hop", "1");
      response.setHeader("x-ratelimit-remaining", "7");
      answerStream(response);
    });
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { headers } = await (await rig.open()).ask();
    expect(headers).toMatchObject({ "x-ratelimit-remaining": "7" });
    expect(headers["set-cookie"] ?? headers["x-hop"]).toBeUndefined();
  });

  it("passes a packed body on as it is, having read it", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    await using session = await rig.open();
    const reply = await session.ask({
      headers: { "content-encoding": "gzip" },
      body: gzipSync(MESSAGE),
    });
    expect(reply.status).toBe(200);
    expect(provider.received[0]?.headers["content-encoding"]).toBe("gzip");
    expect(session.lease.requests()[0]?.requestedModel).toBe("claude-sonnet-4-5");
  });

  it("takes the version at the end of an address for the dialect's own", async () => {
    await using provider = await openProvider((_request, response) => response.end("{}"));
    await using rig = openRig({
      providers: {
        bare: compatible(provider.url),
        v4: compatible(`${provider.url}/api/paas/v4/`),
        proxy: compatible(`${provider.url}/llm`),
      },
    });
    for (const name of ["bare", "v4", "proxy"]) {
      const { ask } = await rig.open({ provider: name });
      await ask({ path: "/v1/chat/completions", body: CHAT });
    }
    expect(provider.received.map(({ url }) => url)).toEqual([
      "/v1/chat/completions",
      "/api/paas/v4/chat/completions",
      "/llm/v1/chat/completions",
    ]);
  });

  it("passes lists of models and token counts on, at no cost", async () => {
    await using provider = await openProvider((_request, response) => response.end('{"data":[]}'));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    await using session = await rig.open({ budget: { run: { tokens: 1 }, day: {} } });
    const list = await session.ask({ method: "GET", path: "/v1/models?limit=5" });
    const count = await session.ask({ path: "/v1/messages/count_tokens" });
    expect([list.status, count.status]).toEqual([200, 200]);
    expect(provider.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /v1/models?limit=5",
      "POST /v1/messages/count_tokens",
    ]);
    expect(session.lease.requests()).toMatchObject([
      { outcome: "ok", inputTokens: 0, costUsd: 0, isMetered: true },
      { outcome: "ok", inputTokens: 0, costUsd: 0, isMetered: true },
    ]);
  });
});

describe("a proxy between this machine and the providers", () => {
  it("is asked for a tunnel, sees no key, and is left out for what is local", async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      tunnels.push(JSON.stringify([request.url, request.rawHeaders]));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    await using provider = await openProvider((_request, response) => response.end("{}"));
    await using rig = openRig({
      environment: { HTTPS_PROXY: `http://127.0.0.1:${port}`, HTTP_PROXY: "http://127.0.0.1:9" },
      providers: {
        ...local(provider.url),
        far: { dialect: "anthropic", url: "https://api.example.com", key: "ANTHROPIC_API_KEY" },
      },
    });
    expect((await (await rig.open({ provider: "far" })).ask()).status).toBe(502);
    expect((await (await rig.open()).ask()).status).toBe(200);
    expect(tunnels).toHaveLength(1);
    expect(tunnels[0]).toContain("api.example.com:443");
    expect(tunnels[0]).not.toContain(KEY);
    proxy.close();
  });
});

describe("what is not passed on", () => {
  it.each([
    ["a path of no dialect", "POST", "/v1/files"],
    ["a path of another dialect", "POST", "/v1/chat/completions"],
    ["a way around by dots", "POST", "/v1/models/../messages"],
    ["a path with an escape", "POST", "/v1/%6dessages"],
    ["another method", "GET", "/v1/messages"],
    ["an address instead of a path", "POST", "http://169.254.169.254/v1/messages"],
    ["a doubled slash", "POST", "//v1/messages"],
  ])("refuses %s in the dialect's own shape", async (_what, method, path) => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    await using session = await rig.open();
    const reply = await session.ask({ method, path });
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.text)).toMatchObject({
      type: "error",
      error: { type: "not_found_error" },
    });
    expect(provider.received).toEqual([]);
  });

  it("refuses a request without the session's token, and that of another session", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const [one, other] = [await rig.open(), await rig.open()];
    for (const key of ["", "wrong", other.lease.token, KEY]) {
      const reply = await one.ask({ headers: { "x-api-key": key } });
      expect(reply.status).toBe(401);
      expect(JSON.parse(reply.text)).toMatchObject({ error: { type: "authentication_error" } });
    }
    expect(provider.received).toEqual([]);
    expect(one.lease.requests().map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 4 }, () => "refused"),
    );
  });

  it.each([
    ["no JSON", "hello"],
    ["no object", "[1]"],
    ["packed otherwise than it says", gzipSync("x").subarray(0, 9)],
  ])("refuses a body that is %s", async (_what, body) => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const headers = typeof body === "string" ? {} : { "content-encoding": "gzip" };
    const reply = await (await rig.open()).ask({ body, headers });
    expect(reply.status).toBe(400);
    expect(provider.received).toEqual([]);
  });

  it("refuses a body over the limit without reading it whole", async () => {
    await using rig = openRig({ providers: anthropicAt("http://127.0.0.1:9") });
    const session = await rig.open();
    const reply = await session.ask({ body: Buffer.alloc(33 * 1024 * 1024, 0x20) });
    expect(reply.status).toBe(413);
  });
});

describe("opening a session", () => {
  const url = "http://127.0.0.1:9";

  it("names the provider that is unknown, or whose key is missing", async () => {
    await using rig = openRig({
      providers: anthropicAt(url),
      secrets: { get: async () => null },
    });
    await expect(rig.open({ provider: "toString" })).rejects.toMatchObject({
      code: "provider.unknown",
    });
    await expect(rig.open()).rejects.toMatchObject({
      code: "provider.key-missing",
      message: expect.stringContaining("ANTHROPIC_API_KEY"),
    });
  });

  it("lists the providers without their keys", async () => {
    await using rig = openRig({ providers: local(url) });
    const states = await rig.gateway.providers();
    expect(states).toContainEqual({
      name: "anthropic",
      url,
      key: "there",
      keyName: "ANTHROPIC_API_KEY",
    });
    expect(states).toContainEqual({
      name: "ollama",
      url: `${url}/v1`,
      key: "not-needed",
      keyName: null,
    });
    expect(JSON.stringify(states)).not.toContain(KEY);
  });
});

describe("the daemon's own requests", () => {
  it("go the same way without a token", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { lease } = await rig.open();
    const response = await lease.fetch("http://gateway/v1/messages", {
      method: "POST",
      headers: { "x-api-key": "none", "content-type": "application/json" },
      body: MESSAGE,
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(messageStream());
    expect(provider.received[0]?.headers["x-api-key"]).toBe(KEY);
    expect(lease.requests()).toMatchObject([{ outcome: "ok", outputTokens: 20 }]);
  });

  it("are aborted by their signal", async () => {
    const arrived = Promise.withResolvers<void>();
    await using provider = await openProvider(() => arrived.resolve());
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { lease } = await rig.open();
    const cancel = new AbortController();
    const asked = lease.fetch("http://gateway/v1/messages", {
      method: "POST",
      body: MESSAGE,
      signal: cancel.signal,
    });
    await arrived.promise;
    cancel.abort();
    await expect(asked).rejects.toThrow("abort");
    expect(lease.requests()).toMatchObject([{ outcome: "cancelled" }]);
  });

  it("are refused once the session is over", async () => {
    await using rig = openRig({ providers: anthropicAt("http://127.0.0.1:9") });
    const { lease } = await rig.open();
    await lease[Symbol.asyncDispose]();
    const response = await lease.fetch("http://gateway/v1/messages", { method: "POST" });
    expect(response.status).toBe(503);
  });
});
