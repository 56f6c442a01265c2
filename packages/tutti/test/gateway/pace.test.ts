import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../../src/gateway/pace.ts";
import type { Admission, Place } from "../../src/gateway/pace.ts";
import { answerStream, anthropicAt, openProvider, openRig } from "./rig.ts";

const NEVER = new AbortController().signal;

const create = (limits: ConstructorParameters<typeof Pace>[0]): Pace => new Pace(limits, Date.now);

describe("places under a provider's limits", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const entered: { readonly name: string; readonly admission: Admission }[] = [];
  beforeEach(() => {
    entered.length = 0;
  });
  const enter = (pace: Pace, name: string, signal = NEVER): void => {
    void pace.enter(signal).then((admission) => entered.push({ name, admission }));
  };
  const names = async (): Promise<string[]> => {
    await vi.advanceTimersByTimeAsync(0);
    return entered.map(({ name, admission }) => `${name} ${admission.kind}`);
  };
  const placeOf = (name: string): Place => {
    const found = entered.find((one) => one.name === name)?.admission;
    if (found?.kind !== "placed") throw new Error(`${name} has no place`);
    return found.place;
  };

  it("are unlimited when nothing is said", async () => {
    const pace = create({});
    for (const name of ["a", "b", "c"]) enter(pace, name);
    expect(await names()).toEqual(["a placed", "b placed", "c placed"]);
  });

  it("are so many at once, and who comes first goes first", async () => {
    const pace = create({ concurrency: 2 });
    for (const name of ["a", "b", "c", "d"]) enter(pace, name);
    expect(await names()).toEqual(["a placed", "b placed"]);
    placeOf("b").leave();
    placeOf("b").leave();
    expect(await names()).toEqual(["a placed", "b placed", "c placed"]);
  });

  it("are so many in any minute", async () => {
    const pace = create({ requestsPerMinute: 2 });
    enter(pace, "a");
    await vi.advanceTimersByTimeAsync(20_000);
    for (const name of ["b", "c", "d"]) enter(pace, name);
    expect(await names()).toEqual(["a placed", "b placed"]);
    await vi.advanceTimersByTimeAsync(39_999);
    expect(await names()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await names()).toEqual(["a placed", "b placed", "c placed"]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await names()).toHaveLength(4);
  });

  it("are given up by who goes away while waiting", async () => {
    const pace = create({ concurrency: 1 });
    const cancel = new AbortController();
    enter(pace, "a");
    enter(pace, "b", cancel.signal);
    enter(pace, "c");
    cancel.abort();
    expect(await names()).toEqual(["a placed", "b gone"]);
    placeOf("a").leave();
    expect(await names()).toEqual(["a placed", "b gone", "c placed"]);
  });

  it.each([
    ["seconds", "7", 7_000],
    ["a date", new Date(1_000_000 + 9_000).toUTCString(), 9_000],
    ["nothing", null, 1_000],
    ["nonsense", "soon", 1_000],
    ["more than is waited", "86400", 300_000],
  ])("are held back after a 429 that says %s", async (_what, retryAfter, ms) => {
    const pace = create({});
    enter(pace, "a");
    await names();
    placeOf("a").answered(429, retryAfter);
    placeOf("a").leave();
    enter(pace, "b");
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(await names()).toEqual(["a placed"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(entered).toHaveLength(2);
  });

  it("are held back twice as long after each further failure, one goes ahead, success frees all", async () => {
    const pace = create({});
    enter(pace, "a");
    await names();
    placeOf("a").answered(529, null);
    placeOf("a").leave();
    for (const name of ["b", "c", "d"]) enter(pace, name);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await names()).toEqual(["a placed", "b placed"]);
    placeOf("b").answered(503, null);
    placeOf("b").leave();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(entered).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await names()).toEqual(["a placed", "b placed", "c placed"]);
    placeOf("c").answered(200, null);
    expect(await names()).toHaveLength(4);
  });

  it("are refused to who would wait longer than is waited, or where too many wait", async () => {
    const pace = create({ concurrency: 1 });
    enter(pace, "a");
    enter(pace, "b");
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(await names()).toEqual(["a placed", "b full"]);
    for (let index = 0; index < 513; index += 1) enter(pace, `n${index}`);
    expect(await names()).toHaveLength(3);
    expect(entered.at(-1)).toMatchObject({ name: "n512", admission: { kind: "full" } });
  });

  it("follow a change of the limits", async () => {
    const pace = create({ concurrency: 1 });
    enter(pace, "a");
    enter(pace, "b");
    expect(await names()).toHaveLength(1);
    pace.limits = { concurrency: 2 };
    expect(await names()).toHaveLength(2);
  });
});

describe("a provider that is busy", () => {
  it("is heard truthfully, and the next request waits for it", async () => {
    let calls = 0;
    await using provider = await openProvider((_request, response) => {
      calls += 1;
      if (calls > 1) return answerStream(response);
      response.writeHead(429, { "retry-after": "1", "content-type": "application/json" });
      return response.end(
        '{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}',
      );
    });
    await using rig = openRig({ providers: anthropicAt(provider.url) });
    const [one, other] = [await rig.open(), await rig.open()];
    const refused = await one.ask();
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(refused.text).toContain("slow down");
    expect((await other.ask()).status).toBe(200);
    expect(one.lease.requests()).toMatchObject([
      {
        outcome: "provider-error",
        status: 429,
        error: "slow down",
        outputTokens: 0,
        isMetered: true,
      },
    ]);
    expect(other.lease.requests()[0]?.queuedMs).toBeGreaterThan(500);
  });

  it("never has more requests at once than it allows", async () => {
    const ALL = 30;
    const open: (() => void)[] = [];
    let most = 0;
    await using provider = await openProvider((_request, response) => {
      open.push(() => answerStream(response));
      most = Math.max(most, open.length);
      if (open.length === 3) open.shift()?.();
      if (provider.received.length === ALL) for (const answer of open.splice(0)) answer();
    });
    await using rig = openRig({ providers: anthropicAt(provider.url, { concurrency: 3 }) });
    const [one, other] = [await rig.open(), await rig.open()];
    const asked = Array.from({ length: ALL }, (_, index) => (index % 2 === 0 ? one : other).ask());
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(most).toBe(3);
  });
});
