/** What a request takes when nobody says so: never nothing, once it has been sent. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createMeter } from "../../src/gateway/meter/meter.ts";
import { anthropicAt, answerStream, event, MESSAGE, openProvider, openRig } from "./rig.ts";

const STREAMED = JSON.stringify({ ...JSON.parse(MESSAGE), stream: true });
/** Bound on output of the sample request. */
const BOUND = 1_000;

const openaiAt = (url: string, more: object = {}) => ({
  openai: { dialect: "openai" as const, url, key: "OPENAI_API_KEY", ...more },
});

/** A provider that never answers; resolves with its first request. */
const silent = async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const provider = await openProvider((_request, response) => arrived.resolve(response));
  return { provider, arrived: arrived.promise };
};

describe("a request that is cut off before anything is said", () => {
  it("counts its whole bound without a stream: the provider goes on to the end", async () => {
    const { provider, arrived } = await silent();
    await using held = provider;
    await using rig = openRig({ providers: anthropicAt(held.url) });
    const { begin, lease } = await rig.open();
    const cancel = new AbortController();
    const asked = begin({ signal: cancel.signal });
    await arrived;
    cancel.abort();
    await expect(asked).rejects.toThrow("abort");
    await expect
      .poll(() => lease.requests())
      .toMatchObject([{ outcome: "cancelled", outputTokens: BOUND, isMetered: false }]);
  });

  it("counts the time that it had with a stream", async () => {
    const { provider, arrived } = await silent();
    await using held = provider;
    await using rig = openRig({ providers: anthropicAt(held.url) });
    const { begin, lease } = await rig.open();
    const cancel = new AbortController();
    const asked = begin({ signal: cancel.signal, body: STREAMED });
    await arrived;
    cancel.abort();
    await expect(asked).rejects.toThrow("abort");
    await expect.poll(() => lease.requests()).toMatchObject([{ outcome: "cancelled" }]);
    const [request] = lease.requests();
    expect(request?.outputTokens).toBeGreaterThan(0);
    expect(request?.outputTokens).toBeLessThanOrEqual(BOUND);
  });

  it("by a time-out counts the time as well", async () => {
    const { provider } = await silent();
    await using held = provider;
    const timeouts = { firstByteMs: 200 };
    await using rig = openRig({ providers: anthropicAt(held.url), timeouts });
    const { ask, lease } = await rig.open();
    expect((await ask()).status).toBe(504);
    // 0.2 s at 300 tokens a second, at least
    expect(lease.requests()[0]?.outputTokens).toBeGreaterThanOrEqual(59);
    expect(lease.requests()[0]?.outputTokens).toBeLessThanOrEqual(BOUND);
  });

  it("takes nothing when it never left this machine", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await provider[Symbol.asyncDispose]();
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open();
    expect((await ask()).status).toBe(502);
    expect(lease.requests()).toMatchObject([{ outputTokens: 0, inputTokens: 0, costUsd: 0 }]);
  });
});

describe("a stream that says nothing of usage", () => {
  const chunk = { model: "gpt-5", choices: [{ delta: { content: "a" }, finish_reason: null }] };
  const last = { model: "gpt-5", choices: [{ delta: {}, finish_reason: "stop" }] };
  const ask = {
    path: "/v1/chat/completions",
    body: JSON.stringify({ model: "gpt-5", max_tokens: 500 }),
  };
  /** The end comes only after the time in which there may have been thoughts. */
  const play = (response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event(chunk));
    setTimeout(() => response.end(event(last)), 100);
  };

  it("counts its time, since thoughts are not seen", async () => {
    await using provider = await openProvider((_request, response) => play(response));
    await using rig = openRig({ providers: openaiAt(provider.url) });
    const session = await rig.open({ provider: "openai" });
    await session.ask(ask);
    const [request] = session.lease.requests();
    expect(request).toMatchObject({ outcome: "ok", isMetered: false });
    expect(request?.outputTokens).toBeGreaterThanOrEqual(29);
    expect(request?.outputTokens).toBeLessThanOrEqual(500);
  });

  it("counts what is seen when the provider takes no key, and so sends no bill", async () => {
    await using provider = await openProvider((_request, response) => play(response));
    const local = {
      dialect: "openai-compatible" as const,
      url: provider.url,
      keyless: true as const,
    };
    await using rig = openRig({ providers: { local } });
    const session = await rig.open({ provider: "local" });
    await session.ask(ask);
    expect(session.lease.requests()).toMatchObject([{ outputTokens: 2, isMetered: false }]);
  });
});

describe("an answer that is stated to its end", () => {
  it("counts as stated although the agent hangs up then", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5 };
    const done = { model: "gpt-5", choices: [{ delta: {}, finish_reason: "stop" }], usage };
    await using provider = await openProvider((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event(done));
    });
    await using rig = openRig({ providers: openaiAt(provider.url) });
    const session = await rig.open({ provider: "openai" });
    const body = JSON.stringify({ model: "gpt-5", stream: true });
    const message = await session.begin({ path: "/v1/chat/completions", body });
    await once(message, "data");
    message.destroy();
    await expect
      .poll(() => session.lease.requests())
      .toMatchObject([{ outcome: "cancelled", outputTokens: 5, isMetered: true }]);
  });
});

const isPending = (status: string) => {
  const meter = createMeter({
    dialect: "openai-responses",
    contentType: "application/json",
    contentEncoding: "",
  });
  meter.push(Buffer.from(JSON.stringify({ object: "response", status, model: "gpt-5" })));
  return meter.read().isPending;
};

describe("an answer in the background", () => {
  it("is not asked for, and the agent hears why in its dialect", async () => {
    await using provider = await openProvider((_request, response) => response.end("{}"));
    await using rig = openRig({ providers: openaiAt(provider.url) });
    const session = await rig.open({ provider: "openai" });
    const body = JSON.stringify({ model: "gpt-5", input: "x", background: true });
    const reply = await session.ask({ path: "/v1/responses", body });
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.text)).toMatchObject({
      error: { message: expect.stringContaining("background"), type: "invalid_request_error" },
    });
    expect(provider.received).toHaveLength(0);
  });

  it.each(["queued", "in_progress"])(
    "that is %s all the same takes all that was reserved",
    async (status) => {
      const answer = { object: "response", model: "gpt-5", status, usage: null };
      await using provider = await openProvider((_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer));
      });
      await using rig = openRig({ providers: openaiAt(provider.url) });
      const session = await rig.open({ provider: "openai" });
      const body = JSON.stringify({ model: "gpt-5", input: "x", max_output_tokens: 777 });
      await session.ask({ path: "/v1/responses", body });
      expect(session.lease.requests()).toMatchObject([
        { outputTokens: 777, inputTokens: Math.ceil(body.length / 2), isMetered: false },
      ]);
    },
  );

  it("is pending to the meter, and a finished one is not", () => {
    expect(["queued", "completed", "incomplete"].map(isPending)).toEqual([true, false, false]);
  });
});
