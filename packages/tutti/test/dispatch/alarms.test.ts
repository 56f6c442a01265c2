import { describe, expect, it } from "vitest";
import { sampleEffect, sampleRunId } from "../../../../test/fixtures/runs.ts";
import { Alarms } from "../../src/dispatch/local/alarms.ts";
import type { Entry } from "../../src/dispatch/local/entry.ts";

const DAY_MS = 86_400_000;

const entry = (number: number): Entry => ({
  effect: sampleEffect(sampleRunId(1), number),
  groups: [],
  attempt: 1,
  controller: new AbortController(),
  isCancelled: false,
});

describe("alarms", () => {
  it("give what is due by the clock, earliest first, and keep the rest", () => {
    let now = 1_000;
    const alarms = new Alarms({ now: () => now }, () => undefined);
    const [late, early, far] = [entry(1), entry(2), entry(3)];
    alarms.add(late, 3_000);
    alarms.add(early, 2_000);
    alarms.add(far, 1_000 + 100 * DAY_MS);
    expect(alarms.takeDue()).toEqual([]);
    now = 3_000;
    expect(alarms.takeDue()).toEqual([early, late]);
    expect(alarms.takeDue()).toEqual([]);
    now += 100 * DAY_MS;
    expect(alarms.takeDue()).toEqual([far]);
    alarms.clear();
  });

  it("forget what was removed", () => {
    let now = 0;
    const alarms = new Alarms({ now: () => now }, () => undefined);
    const one = entry(1);
    alarms.add(one, 10);
    expect(alarms.remove(one)).toBe(true);
    expect(alarms.remove(one)).toBe(false);
    now = 10;
    expect(alarms.takeDue()).toEqual([]);
    alarms.clear();
  });

  it("ring by themselves when the earliest is due, not before", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const alarms = new Alarms({ now: () => Date.now() }, () => resolve(Date.now()));
    const at = Date.now() + 20;
    alarms.add(entry(1), at + DAY_MS);
    alarms.add(entry(2), at);
    expect(await promise).toBeGreaterThanOrEqual(at);
    expect(alarms.takeDue()).toHaveLength(1);
    alarms.clear();
  });
});
