import fc from "fast-check";
import type { UsageTotals } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/gateway/ledger.ts";
import type { Ask, Reservation } from "../../src/gateway/ledger.ts";
import { CALLER } from "./rig.ts";

const { run } = CALLER;
const NEVER = new AbortController().signal;

const totals = (spent: Partial<UsageTotals> = {}): UsageTotals => ({
  requests: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  unpriced: 0,
  totalMs: 0,
  firstByteMs: null,
  ...spent,
});

const askFor = (tokens: number, budget: Ask["budget"], usd = 0): Ask => ({
  run,
  budget,
  sums: { tokens, usd },
});

const limit = (tokens: number): Ask["budget"] => ({ run: { tokens }, day: {} });

/** Whether it has been decided by now, and how. */
const peek = async (decision: ReturnType<Ledger["reserve"]>): Promise<string> =>
  Promise.race([
    decision.then(({ kind }) => kind),
    new Promise<string>((resolve) => setImmediate(resolve, "waits")),
  ]);

const reserved = async (decision: ReturnType<Ledger["reserve"]>): Promise<Reservation> => {
  const made = await decision;
  if (made.kind !== "reserved") throw new Error("it was refused");
  return made.reservation;
};

describe("a ledger", () => {
  it("begins with what the store has metered of the run and of the day", async () => {
    const asked: object[] = [];
    const now = Date.UTC(2026, 10, 25, 15, 30);
    const ledger = new Ledger({
      now: () => now,
      totals: (query) => {
        asked.push(query);
        return totals({ inputTokens: 10, cachedTokens: 60, cacheWriteTokens: 5, outputTokens: 15 });
      },
    });
    expect(await peek(ledger.reserve(askFor(11, limit(100)), NEVER))).toBe("refused");
    expect(await peek(ledger.reserve(askFor(10, limit(100)), NEVER))).toBe("reserved");
    expect(asked).toEqual([{ since: Date.UTC(2026, 10, 25) }, { run }]);
  });

  it("begins a new day with nothing at midnight UTC, and goes on with the run", async () => {
    let now = Date.UTC(2026, 10, 25, 23, 59);
    const ledger = new Ledger({
      now: () => now,
      totals: ({ since }) => totals({ inputTokens: since === Date.UTC(2026, 10, 25) ? 90 : 0 }),
    });
    const budget = { run: {}, day: { tokens: 100 } };
    expect(await peek(ledger.reserve(askFor(50, budget), NEVER))).toBe("refused");
    now += 2 * 60_000;
    expect(await peek(ledger.reserve(askFor(50, budget), NEVER))).toBe("reserved");
  });

  it("says which limit would be passed, and what is spent", async () => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals({ costUsd: 0.75 }) });
    const decision = await ledger.reserve(
      askFor(1, { run: { usd: 5 }, day: { usd: 1 } }, 0.5),
      NEVER,
    );
    expect(decision).toEqual({
      kind: "refused",
      stop: { scope: "day", measure: "usd", limit: 1, spent: 0.75 },
    });
  });

  it("lets wait what only the reservations of others keep out, in the order of arrival", async () => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals() });
    const first = await reserved(ledger.reserve(askFor(80, limit(100)), NEVER));
    const second = ledger.reserve(askFor(90, limit(100)), NEVER);
    const third = ledger.reserve(askFor(10, limit(100)), NEVER);
    expect([await peek(second), await peek(third)]).toEqual(["waits", "waits"]);
    first.settle({ tokens: 5, usd: 0, ms: 1 });
    expect([await peek(second), await peek(third)]).toEqual(["reserved", "waits"]);
    (await reserved(second)).settle({ tokens: 92, usd: 0, ms: 1 });
    expect(await peek(third)).toBe("refused");
  });

  it("forgets who stopped waiting, and lets the next one go", async () => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals() });
    await reserved(ledger.reserve(askFor(50, limit(100)), NEVER));
    const cancel = new AbortController();
    const second = ledger.reserve(askFor(90, limit(100)), cancel.signal);
    const third = ledger.reserve(askFor(50, limit(100)), NEVER);
    expect(await peek(third)).toBe("waits");
    cancel.abort();
    (await reserved(second)).settle({ tokens: 90, usd: 0, ms: 1 });
    expect(await peek(third)).toBe("reserved");
  });

  it("counts what has no price in tokens and minutes only", async () => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals({ costUsd: 9 }) });
    const ask = askFor(10, { run: { usd: 1, tokens: 100 }, day: {} });
    expect(await peek(ledger.reserve(ask, NEVER))).toBe("reserved");
  });

  it("refuses once the minutes of finished requests and of those under way are used up", async () => {
    let now = 0;
    const ledger = new Ledger({ now: () => now, totals: () => totals({ totalMs: 60_000 }) });
    const budget = { run: { minutes: 4 }, day: {} };
    await reserved(ledger.reserve(askFor(1, budget), NEVER));
    now = 2 * 60_000;
    expect(await peek(ledger.reserve(askFor(1, budget), NEVER))).toBe("reserved");
    now = 3 * 60_000;
    expect(await ledger.reserve(askFor(1, budget), NEVER)).toMatchObject({
      kind: "refused",
      stop: { measure: "minutes", limit: 4, spent: 5 },
    });
  });

  it("settles a request once", async () => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals() });
    const one = await reserved(ledger.reserve(askFor(10, limit(100)), NEVER));
    one.settle({ tokens: 60, usd: 0, ms: 1 });
    one.settle({ tokens: 60, usd: 0, ms: 1 });
    expect(await peek(ledger.reserve(askFor(40, limit(100)), NEVER))).toBe("reserved");
  });
});

const chooser = (stream: Iterator<number>) => (count: number) =>
  count === 0 ? 0 : Number(stream.next().value) % count;

describe("the bound of a budget", () => {
  const LIMIT = 1_000;
  const request = fc.record({
    asked: fc.integer({ min: 1, max: 600 }),
    taken: fc.integer({ min: 0, max: 1_200 }),
    isHonest: fc.boolean(),
  });
  type Flight = { readonly settle: () => void; readonly excess: number };

  /** Plays requests in any interleaving; answers the settled sum and the excess of those in flight last. */
  const play = async (
    requests: readonly { asked: number; taken: number; isHonest: boolean }[],
    { choose, isHonest }: { choose: (count: number) => number; isHonest: boolean },
  ): Promise<{ settled: number; allowed: number }> => {
    const ledger = new Ledger({ now: () => 0, totals: () => totals() });
    let settled = 0;
    let allowed = LIMIT;
    const flying: Flight[] = [];
    const land = (): void => {
      const [flight] = flying.splice(choose(flying.length), 1);
      flight?.settle();
    };
    for (const { asked, ...one } of requests) {
      const taken = isHonest || one.isHonest ? Math.min(one.taken, asked) : one.taken;
      const cancel = new AbortController();
      const decision = ledger.reserve(askFor(asked, limit(LIMIT)), cancel.signal);
      while ((await peek(decision)) === "waits") land();
      const made = await decision;
      if (made.kind === "refused") continue;
      const settle = (): void => {
        settled += taken;
        made.reservation.settle({ tokens: taken, usd: 0, ms: 0 });
      };
      flying.push({ settle, excess: Math.max(0, taken - asked) });
      // Settled and reserved fit now, so only the excess of who flies now can pass the limit.
      allowed = LIMIT + flying.reduce((sum, { excess }) => sum + excess, 0);
      if (choose(2) === 0) land();
    }
    while (flying.length > 0) land();
    return { settled, allowed };
  };

  const games = fc.tuple(
    fc.array(request, { minLength: 1, maxLength: 25 }),
    fc.infiniteStream(fc.nat()),
  );

  it("is the limit itself when no request takes more than it reserved", async () => {
    await fc.assert(
      fc.asyncProperty(games, async ([requests, stream]) => {
        const { settled } = await play(requests, { choose: chooser(stream), isHonest: true });
        expect(settled).toBeLessThanOrEqual(LIMIT);
      }),
    );
  });

  it("is passed by no more than what requests in flight together take above their reservations", async () => {
    await fc.assert(
      fc.asyncProperty(games, async ([requests, stream]) => {
        const { settled, allowed } = await play(requests, {
          choose: chooser(stream),
          isHonest: false,
        });
        expect(settled).toBeLessThanOrEqual(allowed);
      }),
    );
  });
});
