import { ModelPolicy } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { familyOf } from "../../src/domain/model-family.ts";
import { refuseModels, refuseProvider, refuseUnpriced } from "../../src/gateway/policy.ts";
import { costOf, priceOf } from "../../src/gateway/prices.ts";
import { answerStream, anthropicAt, messageStream, openProvider, openRig } from "./rig.ts";

const policy = (value: object): ModelPolicy => ModelPolicy.parse(value);

describe("the family of a model", () => {
  it.each([
    ["claude-sonnet-4-5-20250929", "anthropic"],
    ["anthropic/claude-opus-4.5", "anthropic"],
    ["us.anthropic.claude-sonnet-4-20250514-v1:0", "anthropic"],
    ["anthropic.claude-3-haiku-20240307-v1:0", "anthropic"],
    ["claude-sonnet-4@20250514", "anthropic"],
    ["gpt-5.2-codex", "openai"],
    ["openai/gpt-oss-120b", "openai"],
    ["o3", "openai"],
    ["o4-mini-2025-04-16", "openai"],
    ["codex-mini-latest", "openai"],
    ["models/gemini-3-pro-preview", "google"],
    ["gemma3:27b", "google"],
    ["x-ai/grok-4", "xai"],
    ["deepseek-chat", "deepseek"],
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "deepseek"],
    ["us.deepseek.r1-v1:0", "deepseek"],
    ["qwen3:8b", "qwen"],
    ["Qwen/Qwen3-Coder-480B", "qwen"],
    ["qwq-32b", "qwen"],
    ["kimi-k2-0905-preview", "moonshot"],
    ["moonshot-v1-128k", "moonshot"],
    ["codestral-latest", "mistral"],
    ["devstral-small", "mistral"],
    ["mistralai/Mixtral-8x7B", "mistral"],
    ["meta-llama/Llama-3.3-70B-Instruct", "meta"],
    ["meta.llama3-70b-instruct-v1:0", "meta"],
    ["accounts/fireworks/models/glm-4p6", "zhipu"],
    ["z-ai/glm-4.6", "zhipu"],
    ["MiniMaxAI/MiniMax-M2", "minimax"],
    ["phi-4", "microsoft"],
  ])("of %s is %s", (model, family) => {
    expect(familyOf(model, {})).toBe(family);
  });

  it.each([
    "stub-model",
    "",
    "omni-1",
    "o",
    "gp",
    "my-claude",
    "constructor/x",
    "us.constructor.x",
    "__proto__",
    "x/toString",
  ])("of %j is not known", (model) => {
    expect(familyOf(model, {})).toBeNull();
  });

  it("is what the user says, for a model or for all unknown ones of a provider", () => {
    const provider = { family: "house", models: { "gpt-clone": { family: "llama-tune" } } };
    expect(familyOf("gpt-clone", provider)).toBe("llama-tune");
    expect(familyOf("stub-model", provider)).toBe("house");
    expect(familyOf("claude-sonnet-4-5", provider)).toBe("anthropic");
  });
});

describe("the price of a model", () => {
  const million = {
    inputTokens: 1_000_000,
    outputTokens: 1_000_000,
    cachedTokens: 1_000_000,
    cacheWriteTokens: 0,
  };
  it.each([
    ["claude-sonnet-4-5-20250929", 3 + 15 + 0.3],
    ["claude-opus-4-1", 15 + 75 + 1.5],
    ["claude-opus-4-5-20251101", 5 + 25 + 0.5],
    ["us.anthropic.claude-haiku-4-5-20251001-v1:0", 1 + 5 + 0.1],
    ["gpt-5", 1.25 + 10 + 0.125],
    ["gpt-5-2025-08-07", 1.25 + 10 + 0.125],
    ["gpt-5-mini", 0.25 + 2 + 0.025],
    ["gemini-2.5-flash-lite", 0.1 + 0.4 + 0.01],
  ])("is known for %s", (model, usd) => {
    const price = priceOf(model, {});
    expect(price === null ? null : costOf(million, price)).toBeCloseTo(usd, 6);
  });

  it.each(["gpt-5-pro", "o3-pro", "gpt-5.5-pro", "claude-haiku-9", "stub", null])(
    "is not guessed for %s",
    (model) => {
      expect(priceOf(model, {})).toBeNull();
    },
  );

  it("is none for a model that is run without a key, unless the user names one", () => {
    const models = { mine: { usd: { input: 1, output: 2 } } };
    expect(priceOf("gpt-5", { keyless: true, models })).toBeNull();
    expect(priceOf("mine", { keyless: true, models })).toEqual({ input: 1, output: 2 });
  });
});

describe("a budget in dollars", () => {
  const keyed = { name: "openai", key: "OPENAI_API_KEY" };

  it("takes no model without a price from a provider that sends bills", () => {
    expect(refuseUnpriced(["gpt-5", "o3-pro"], keyed)).toContain(
      "o3-pro has no price: name its price in providers.openai.models",
    );
    expect(refuseUnpriced([], keyed)).toContain("names no model");
    expect(refuseUnpriced(["gpt-5"], keyed)).toBeNull();
    const models = { "o3-pro": { usd: { input: 20, output: 80 } } };
    expect(refuseUnpriced(["o3-pro"], { ...keyed, models })).toBeNull();
  });

  it("holds for a provider of the user's own that has a key, whose entry may name the price", () => {
    const company = { name: "company", key: "COMPANY_KEY" };
    expect(refuseUnpriced(["house-coder"], company)).toMatch(
      /house-coder has no price: .*providers\.company\.models.*tokens or minutes/u,
    );
    const models = { "house-coder": { usd: { input: 0.5, output: 2 } } };
    expect(refuseUnpriced(["house-coder"], { ...company, models })).toBeNull();
  });

  it("leaves providers without a key, who send no bill, to tokens and minutes", () => {
    expect(refuseUnpriced(["qwen3:8b"], { name: "openai", keyless: true })).toBeNull();
    expect(refuseUnpriced(["qwen3:8b"], { name: "ollama", keyless: true })).toBeNull();
  });
});

describe("what a project allows", () => {
  it("is everything when nothing is said", () => {
    expect(refuseModels([], {}, policy({}))).toBeNull();
    expect(refuseModels(["stub-model"], {}, policy({}))).toBeNull();
    expect(refuseProvider("x", {}, policy({}))).toBeNull();
  });

  it("may be some families, of which an unknown model is none", () => {
    const only = policy({ families: ["anthropic"] });
    expect(refuseModels(["claude-opus-4-5"], {}, only)).toBeNull();
    expect(refuseModels(["gpt-5"], {}, only)).toContain("family openai");
    expect(refuseModels(["stub-model"], {}, only)).toContain("unknown family");
    expect(refuseModels([], {}, only)).toContain("names no model");
  });

  it("may be some models by glob, with or without a prefix", () => {
    const only = policy({ models: ["claude-*-4*", "gpt-5"] });
    expect(refuseModels(["anthropic/Claude-Sonnet-4-5"], {}, only)).toBeNull();
    expect(refuseModels(["gpt-5"], {}, only)).toBeNull();
    expect(refuseModels(["gpt-5-pro"], {}, only)).toContain("not among");
    expect(refuseModels(["xclaude-opus-4"], {}, only)).toContain("not among");
  });

  it("holds for every model that is named", () => {
    const only = policy({ models: ["claude-*"] });
    expect(refuseModels(["claude-opus-4-5", "gpt-5"], {}, only)).toContain("gpt-5 is not among");
  });

  it("is told in no time, whatever the glob", () => {
    const only = policy({ models: ["*a".repeat(50) + "b"] });
    expect(refuseModels(["a".repeat(200)], {}, only)).toContain("not among");
  });

  it("may be providers of some regions, or such that keep nothing", () => {
    expect(refuseProvider("a", { region: "eu" }, policy({ regions: ["eu", "ch"] }))).toBeNull();
    expect(refuseProvider("a", {}, policy({ regions: ["eu"] }))).toContain("unknown");
    expect(
      refuseProvider("a", { zeroRetention: true }, policy({ zeroRetention: true })),
    ).toBeNull();
    expect(refuseProvider("a", {}, policy({ zeroRetention: true }))).toContain("zeroRetention");
  });

  it("keeps a session from being opened with a provider outside", async () => {
    await using rig = openRig({ providers: anthropicAt("http://127.0.0.1:9") });
    await expect(rig.open({ policy: policy({ regions: ["eu"] }) })).rejects.toMatchObject({
      code: "provider.refused",
    });
  });

  it("keeps a request for another model here, and records that it was refused", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open({ policy: policy({ models: ["claude-haiku-*"] }) });
    const reply = await ask();
    expect(reply.status).toBe(403);
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(JSON.parse(reply.text)).toMatchObject({
      type: "error",
      error: { type: "permission_error", message: expect.stringContaining("claude-haiku-*") },
    });
    expect(provider.received).toEqual([]);
    expect(lease.requests()).toMatchObject([
      { outcome: "refused", requestedModel: "claude-sonnet-4-5", inputTokens: 0, costUsd: 0 },
    ]);
  });

  it("does not hide what was served instead", async () => {
    await using provider = await openProvider((_request, response) =>
      answerStream(response, messageStream("gpt-5-in-disguise")),
    );
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open({ policy: policy({ families: ["anthropic"] }) });
    expect((await ask()).status).toBe(200);
    expect(lease.requests()).toMatchObject([
      { servedModel: "gpt-5-in-disguise", family: "openai", outcome: "ok" },
    ]);
  });
});
