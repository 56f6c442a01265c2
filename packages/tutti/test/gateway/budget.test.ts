import { describe, expect, it } from "vitest";
import { answerStream, anthropicAt, MESSAGE, openProvider, openRig } from "./rig.ts";

/** What the sample request takes when it is answered: 100 + 40 + 8 + 20. */
const TAKEN = 168;
/** What it reserves: its output, and half its bytes. */
const RESERVED = 1_000 + Math.ceil(Buffer.byteLength(MESSAGE) / 2);

describe("a budget", () => {
  it("refuses the request that would pass it, in the dialect's shape, and stops the session", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const tokens = RESERVED + TAKEN - 1;
    const { ask, lease } = await rig.open({ budget: { run: { tokens }, day: {} } });
    expect((await ask()).status).toBe(200);
    expect(lease.budgetStop()).toBeNull();
    const reply = await ask();
    expect(reply.status).toBe(402);
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(JSON.parse(reply.text)).toMatchObject({
      type: "error",
      error: { type: "billing_error", message: expect.stringContaining("168 are spent") },
    });
    expect(lease.budgetStop()).toEqual({
      scope: "run",
      measure: "tokens",
      limit: tokens,
      spent: TAKEN,
    });
    expect(provider.received).toHaveLength(1);
    expect(lease.requests().map(({ outcome }) => outcome)).toEqual(["ok", "refused"]);
  });

  it("is shared by the sessions of a run that ask at once", async () => {
    const answers: (() => void)[] = [];
    const first = Promise.withResolvers<void>();
    await using provider = await openProvider((_request, response) => {
      answers.push(() => answerStream(response));
      first.resolve();
    });
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const budget = { run: { tokens: RESERVED + TAKEN + 1 }, day: {} };
    const [one, other] = [await rig.open({ budget }), await rig.open({ budget })];
    const replies = [one.ask(), other.ask(), other.ask()];
    await first.promise;
    expect(provider.received).toHaveLength(1);
    answers.pop()?.();
    const answered = (await Promise.race(replies)).status;
    expect(answered).toBe(200);
    await expect.poll(() => answers.length).toBe(1);
    answers.pop()?.();
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([200, 200, 402]);
  });

  it("goes on from what the store has when the daemon starts again", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const budget = { run: {}, day: { tokens: RESERVED + TAKEN - 1 } };
    const before = await rig.open({ budget });
    await before.ask();
    await before.lease[Symbol.asyncDispose]();
    await using again = openRig({ providers: anthropicAt(provider.url) });
    await again.store.meter.append(rig.recorded());
    const { ask, lease } = await again.open({ budget });
    expect((await ask()).status).toBe(402);
    expect(lease.budgetStop()).toMatchObject({ scope: "day", measure: "tokens" });
  });

  it("in money holds for what has a price, by list prices of what was asked for", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open({ budget: { run: { usd: 0.001 }, day: {} } });
    expect((await ask()).status).toBe(402);
    expect(lease.budgetStop()).toMatchObject({ measure: "usd", limit: 0.001, spent: 0 });
  });

  it("in money refuses a model without a price, and says how to give it one", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask, lease } = await rig.open({ budget: { run: {}, day: { usd: 1 } } });
    const unpriced = MESSAGE.replace("claude-sonnet-4-5", "stub-model");
    const reply = await ask({ body: unpriced });
    expect([reply.status, reply.text]).toEqual([
      402,
      expect.stringContaining("providers.anthropic.models"),
    ]);
    expect(lease.budgetStop()).toBeNull();
    expect(provider.received).toHaveLength(0);
    const fallback = JSON.stringify({ ...JSON.parse(MESSAGE), models: ["claude-opus-4-1"] });
    expect((await ask({ body: fallback })).status).toBe(200);
  });

  it("in money asks a provider of the user's own for unpriced models only where it takes no key", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    const budget = { run: { usd: 1 }, day: {} };
    const unpriced = MESSAGE.replace("claude-sonnet-4-5", "house-model");
    const own = { dialect: "anthropic", url: provider.url } as const;
    await using keyed = openRig({ providers: { house: { ...own, key: "HOUSE_KEY" } } });
    const refused = await (await keyed.open({ provider: "house", budget })).ask({ body: unpriced });
    expect(refused.status).toBe(402);
    expect(JSON.parse(refused.text)).toMatchObject({
      error: { message: expect.stringContaining("providers.house.models") },
    });
    expect(provider.received).toHaveLength(0);
    await using keyless = openRig({ providers: { house: { ...own, keyless: true } } });
    const passed = await (
      await keyless.open({ provider: "house", budget })
    ).ask({ body: unpriced });
    expect(passed.status).toBe(200);
  });

  it("in money reserves for the dearest model that may answer", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask } = await rig.open({ budget: { run: { usd: 0.05 }, day: {} } });
    const fallback = JSON.stringify({ ...JSON.parse(MESSAGE), models: ["claude-opus-4-1"] });
    expect((await ask({ body: fallback })).status).toBe(402);
    expect((await ask()).status).toBe(200);
  });

  it("counts a picture by what pictures take, not by its bytes", async () => {
    await using provider = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const { ask } = await rig.open({ budget: { run: { tokens: 12_000 }, day: {} } });
    const data = Buffer.alloc(1_000_000, "picture").toString("base64");
    const body = JSON.stringify({
      model: "claude-sonnet-4-5",
      max_tokens: 100,
      messages: [{ role: "user", content: [{ type: "image", source: { type: "base64", data } }] }],
    });
    expect((await ask({ body })).status).toBe(200);
  });
});
