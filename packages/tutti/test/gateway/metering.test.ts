import fc from "fast-check";
import type { Dialect } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { createMeter } from "../../src/gateway/meter/meter.ts";
import { answerStream, anthropicAt, event, messageStream, openProvider, openRig } from "./rig.ts";

const SSE = "text/event-stream; charset=utf-8";

const ANTHROPIC = { inputTokens: 100, cachedTokens: 40, cacheWriteTokens: 8, outputTokens: 20 };
const OPENAI = { inputTokens: 60, cachedTokens: 40, cacheWriteTokens: 0, outputTokens: 20 };
const GOOGLE = { inputTokens: 65, cachedTokens: 40, cacheWriteTokens: 0, outputTokens: 20 };

const responsesUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 20,
};
const chatUsage = {
  prompt_tokens: 100,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens: 20,
};
const googleUsage = {
  promptTokenCount: 100,
  toolUsePromptTokenCount: 5,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 12,
  thoughtsTokenCount: 8,
};
const part = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: "model", parts: [{ text }] }, ...more }],
  usageMetadata: googleUsage,
  modelVersion: "gemini-3-pro",
});

/** Dialect, what comes, and what is read from it: tokens and model. */
const STREAMS: readonly (readonly [Dialect, string, readonly [object, string]])[] = [
  ["anthropic", messageStream("claude-x"), [ANTHROPIC, "claude-x"]],
  [
    "openai-responses",
    event({ type: "response.created", response: { model: "gpt-x", usage: null } }) +
      event({ type: "response.output_text.delta", delta: '"usage":{"input_tokens":1}' }) +
      event({
        type: "response.completed",
        response: { model: "gpt-x-2026", status: "completed", usage: responsesUsage },
      }),
    [OPENAI, "gpt-x-2026"],
  ],
  [
    "openai-chat",
    event({ model: "gpt-x", choices: [{ delta: { content: "Grüezi" }, finish_reason: null }] }) +
      event({ model: "gpt-x", choices: [{ delta: {}, finish_reason: "stop" }], usage: null }) +
      event({ model: "gpt-x", choices: [], usage: chatUsage }) +
      "data: [DONE]\n\n",
    [OPENAI, "gpt-x"],
  ],
  [
    "google",
    event(part("Grü")) + event(part("ezi 🎼", { finishReason: "STOP" })).replaceAll("\n", "\r\n"),
    [GOOGLE, "gemini-3-pro"],
  ],
];

const WHOLE: readonly (readonly [Dialect, unknown, readonly [object, string]])[] = [
  [
    "anthropic",
    {
      type: "message",
      model: "claude-x",
      content: [{ type: "tool_use", input: { usage: { output_tokens: 9_999 }, model: "cheap" } }],
      usage: {
        input_tokens: 100,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 8,
        output_tokens: 20,
      },
    },
    [ANTHROPIC, "claude-x"],
  ],
  [
    "openai-responses",
    { object: "response", status: "completed", model: "gpt-x", usage: responsesUsage },
    [OPENAI, "gpt-x"],
  ],
  [
    "openai-chat",
    {
      object: "chat.completion",
      model: "gpt-x",
      choices: [{ finish_reason: "stop" }],
      usage: chatUsage,
    },
    [OPENAI, "gpt-x"],
  ],
  ["google", part("Hello", { finishReason: "STOP" }), [GOOGLE, "gemini-3-pro"]],
  ["google", [part("He"), part("llo", { finishReason: "STOP" })], [GOOGLE, "gemini-3-pro"]],
];

const meterOf = (dialect: Dialect, contentType: string) =>
  createMeter({ dialect, contentType, contentEncoding: "" });

/** Bytes of a text in pieces, cut at the given places. */
const cutAt = (text: string, places: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text);
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (left, right) => left - right,
  );
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
};

describe("metering a stream", () => {
  it.each(STREAMS)("reads %s, however the network cuts it", (dialect, text, [taken, model]) => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 40 }), (places) => {
        const meter = meterOf(dialect, SSE);
        for (const chunk of cutAt(text, places)) meter.push(chunk);
        expect(meter.read()).toMatchObject({
          taken,
          servedModel: model,
          isRecognised: true,
          isComplete: true,
          error: null,
        });
      }),
    );
  });

  it.each(STREAMS)("knows that %s stopped before its end", (dialect, text) => {
    const meter = meterOf(dialect, SSE);
    meter.push(Buffer.from(text.slice(0, text.indexOf("\n\n") + 2)));
    expect(meter.read()).toMatchObject({ isRecognised: true, isComplete: false });
  });

  it.each(["anthropic", "openai-responses", "openai-chat", "google"] as const)(
    "takes no page of HTML for %s",
    (dialect) => {
      for (const contentType of [SSE, "text/html", "application/json"]) {
        const meter = meterOf(dialect, contentType);
        meter.push(Buffer.from("<html><body>usage: [DONE] message_stop</body></html>\n\n"));
        expect(meter.read()).toMatchObject({ isRecognised: false, taken: null });
      }
    },
  );

  it("does not believe a model that talks of usage", () => {
    const meter = meterOf("anthropic", SSE);
    const lie = { type: "message_delta", usage: { output_tokens: 1 } };
    const text = `message_delta ${JSON.stringify(lie)}\nmessage_stop`;
    const delta = { type: "content_block_delta", delta: { type: "text_delta", text } };
    meter.push(
      Buffer.from(
        messageStream().replace("event: message_delta", event(delta) + "event: message_delta"),
      ),
    );
    expect(meter.read().taken).toEqual(ANTHROPIC);
  });

  it("passes an event over its limit by and reads those after it", () => {
    const meter = meterOf("anthropic", SSE);
    const [begin = "", rest = ""] = messageStream().split(/(?<=message_start"[^\n]*\n\n)/u);
    meter.push(Buffer.from(begin));
    for (let index = 0; index < 50; index += 1) {
      meter.push(Buffer.from((index === 0 ? "data: " : "") + "message_delta".repeat(5_000)));
    }
    meter.push(Buffer.from(`\n\n${rest}`));
    expect(meter.read()).toMatchObject({ taken: ANTHROPIC, isComplete: true });
  });

  it("does not call a stream cut whose end was in an event that is too long to read", () => {
    const meter = meterOf("openai-responses", SSE);
    meter.push(Buffer.from(event({ type: "response.created", response: { model: "gpt-x" } })));
    expect(meter.read()).toMatchObject({ isReadable: true, isComplete: false });
    const output = "x".repeat(3 * 1024 * 1024);
    const long = event({ type: "response.completed", response: { output, usage: responsesUsage } });
    for (const piece of cutAt(long, [1_000_000, 2_500_000])) meter.push(piece);
    expect(meter.read()).toMatchObject({ isReadable: false, taken: null, servedModel: "gpt-x" });
  });

  it("tells an error in the middle of a stream", () => {
    const meter = meterOf("anthropic", SSE);
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    meter.push(Buffer.from(messageStream().slice(0, 300) + `\n\nevent: error\n${event(error)}`));
    expect(meter.read()).toMatchObject({ error: "Overloaded", isComplete: false });
  });

  it("counts events where nobody says what was taken", () => {
    const meter = meterOf("openai-chat", SSE);
    const chunk = event({ model: "qwen3", choices: [{ delta: { content: " a" } }] });
    for (let index = 0; index < 500; index += 1) meter.push(Buffer.from(chunk));
    expect(meter.read()).toMatchObject({ taken: null, estimatedOutput: 500 });
  });
});

describe("metering an answer that is no stream", () => {
  it.each(WHOLE)("reads %s", (dialect, value, [taken, model]) => {
    const meter = meterOf(dialect, "application/json");
    for (const chunk of cutAt(JSON.stringify(value), [7, 50])) meter.push(chunk);
    expect(meter.read()).toMatchObject({ taken, servedModel: model, isComplete: true });
  });

  it("reads nothing that is packed or too long, and says so", () => {
    const packed = createMeter({
      dialect: "anthropic",
      contentType: "application/json",
      contentEncoding: "gzip",
    });
    const long = meterOf("anthropic", "application/json");
    for (let index = 0; index < 5; index += 1) long.push(Buffer.alloc(1024 * 1024, 0x20));
    expect(packed.read().isReadable).toBe(false);
    expect(long.read().isReadable).toBe(false);
  });
});

describe("the record of a request", () => {
  it("says who asked, what was asked and served, what it took and cost, durably", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const session = await rig.open();
    await session.ask();
    await session.lease[Symbol.asyncDispose]();
    const [request, ...others] = rig.recorded();
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      caller: { step: "build", agent: "alto" },
      provider: "anthropic",
      dialect: "anthropic",
      requestedModel: "claude-sonnet-4-5",
      servedModel: "claude-sonnet-4-5-20250929",
      family: "anthropic",
      ...ANTHROPIC,
      isMetered: true,
      outcome: "ok",
      status: 200,
      error: null,
    });
    // 100 × 3 + 40 × 0.3 + 8 × 3.75 + 20 × 15 dollars a million
    expect(request?.costUsd).toBeCloseTo(0.000642, 9);
    expect(session.lease.requests()).toEqual([request]);
  });

  it("says that it is an estimate when the provider does not tell", async () => {
    const chunk = {
      model: "qwen3:8b",
      choices: [{ delta: { content: "a" }, finish_reason: "stop" }],
    };
    await using provider = await openProvider((_request, response) =>
      answerStream(response, event(chunk)),
    );
    await using rig = openRig({
      providers: { ollama: { dialect: "openai-compatible", url: provider.url, keyless: true } },
    });
    const session = await rig.open({ provider: "ollama" });
    const body = JSON.stringify({ model: "qwen3:8b", messages: [{ content: "x".repeat(4_000) }] });
    await session.ask({
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${session.lease.token}` },
      body,
    });
    const [request] = session.lease.requests();
    expect(request).toMatchObject({
      outcome: "ok",
      family: "qwen",
      isMetered: false,
      outputTokens: 1,
      costUsd: null,
    });
    expect(request?.inputTokens).toBeGreaterThan(1_000);
    expect(request?.inputTokens).toBeLessThan(1_050);
  });

  it("has the family and the price of the user's configuration", async () => {
    const answer = {
      object: "chat.completion",
      model: "house-model",
      choices: [{ finish_reason: "stop" }],
      usage: chatUsage,
    };
    await using provider = await openProvider((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
    const models = {
      "house-model": { family: "house", usd: { input: 10, output: 100, cached: 1 } },
    };
    await using rig = openRig({
      providers: {
        proxy: { dialect: "openai-compatible", url: provider.url, key: "PROXY_KEY", models },
      },
    });
    const session = await rig.open({ provider: "proxy" });
    const body = JSON.stringify({ model: "house-model" });
    await session.ask({ path: "/v1/chat/completions", body });
    const [request] = session.lease.requests();
    expect(request).toMatchObject({ family: "house", ...OPENAI });
    expect(request?.costUsd).toBeCloseTo((60 * 10 + 40 * 1 + 20 * 100) / 1_000_000, 9);
  });
});
