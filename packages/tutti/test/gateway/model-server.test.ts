/** All four dialects through the gateway, against the scripted provider that real agents are tried with. */
import { describe, expect, it } from "vitest";
import { startModelServer } from "../../../../test/fixtures/model-server/server.ts";
import { scriptMarker } from "../../../../test/fixtures/model-server/step.ts";
import type { Step } from "../../../../test/fixtures/model-server/step.ts";
import { KEY, openRig } from "./rig.ts";

const USAGE = { input: 1_000, cached: 200, output: 50 };

const messages = (content: string) => [{ role: "user", content }];

const DIALECTS = [
  {
    dialect: "anthropic",
    provider: "anthropic",
    path: () => "/v1/messages",
    body: (content: string, stream: boolean) => ({
      model: "claude-sonnet-4-5",
      max_tokens: 1_000,
      stream,
      messages: messages(content),
    }),
    family: "anthropic",
  },
  {
    dialect: "openai-responses",
    provider: "openai",
    path: () => "/v1/responses",
    body: (content: string, stream: boolean) => ({
      model: "gpt-5",
      stream,
      input: messages(content),
    }),
    family: "openai",
  },
  {
    dialect: "openai-chat",
    provider: "openai",
    path: () => "/v1/chat/completions",
    body: (content: string, stream: boolean) => ({
      model: "gpt-5",
      stream,
      stream_options: { include_usage: true },
      messages: messages(content),
    }),
    family: "openai",
  },
  {
    dialect: "google",
    provider: "google",
    path: (stream: boolean) =>
      `/v1beta/models/gemini-3-pro:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: (text: string) => ({ contents: [{ role: "user", parts: [{ text }] }] }),
    family: "google",
  },
] as const;

const open = async (play: (typeof DIALECTS)[number], url: string) => {
  const rig = openRig({
    providers: {
      anthropic: { dialect: "anthropic", url, key: "ANTHROPIC_API_KEY" },
      openai: { dialect: "openai", url, key: "OPENAI_API_KEY" },
      google: { dialect: "google", url, key: "GEMINI_API_KEY" },
    },
  });
  const { lease } = await rig.open({ provider: play.provider });
  const ask = (stream: boolean, ...steps: readonly Step[]) =>
    lease.fetch(`http://gateway${play.path(stream)}`, {
      method: "POST",
      body: JSON.stringify(play.body(scriptMarker(...steps), stream)),
    });
  return { lease, ask, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
};

describe.each(DIALECTS)("$dialect through the gateway", (play) => {
  it.each([true, false])("is passed on with the key and metered (stream: %s)", async (stream) => {
    await using server = await startModelServer({ key: KEY, usage: USAGE });
    await using session = await open(play, server.url);
    const { lease, ask } = session;
    const response = await ask(stream, { text: "Grüezi, all is done." });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("all is done.");
    const [request] = lease.requests();
    expect(request).toMatchObject({
      dialect: play.dialect,
      family: play.family,
      outcome: "ok",
      isMetered: true,
      cachedTokens: USAGE.cached,
      outputTokens: USAGE.output,
    });
    const input = (request?.inputTokens ?? 0) + (request?.cachedTokens ?? 0);
    expect([USAGE.input, USAGE.input + USAGE.cached]).toContain(input);
  });

  it("is told of a refusal of the provider as it is", async () => {
    await using server = await startModelServer({ usage: USAGE });
    await using session = await open(play, server.url);
    const { lease, ask } = session;
    const response = await ask(true, { error: 400 });
    expect(response.status).toBe(400);
    await response.text();
    expect(lease.requests()).toMatchObject([{ outcome: "provider-error", status: 400 }]);
    expect(lease.requests()[0]?.error).not.toBe("HTTP status 400");
  });

  it.each([
    ["cut", { cut: true }, "cut"],
    ["garbage", { garbage: true }, "garbage"],
  ] as const)("is recorded as %s when it is", async (_what, step, outcome) => {
    await using server = await startModelServer({ usage: USAGE });
    await using session = await open(play, server.url);
    const { lease, ask } = session;
    const response = await ask(true, step);
    await response.text().catch(() => "");
    expect(lease.requests()).toMatchObject([{ outcome, isMetered: false }]);
  });
});
