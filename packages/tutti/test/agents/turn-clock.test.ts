import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TurnClock } from "../../src/agents/acp/turn-clock.ts";
import { startTurnClock } from "../../src/agents/acp/turn-clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const watch = (clock: TurnClock): (() => string | null) => {
  let expired: string | null = null;
  void (async () => {
    expired = await clock.expired;
  })();
  return () => expired;
};

const LIMITS = { turnMs: 10_000, silenceMs: 1000 };

it("runs out when the agent is silent for too long", async () => {
  const expired = watch(startTurnClock(LIMITS));
  await vi.advanceTimersByTimeAsync(999);
  expect(expired()).toBe(null);
  await vi.advanceTimersByTimeAsync(2);
  expect(expired()).toBe("silence");
});

it("counts silence from the last message", async () => {
  const clock = startTurnClock(LIMITS);
  const expired = watch(clock);
  for (let second = 0; second < 9; second += 1) {
    await vi.advanceTimersByTimeAsync(900);
    clock.heard();
  }
  expect(expired()).toBe(null);
  await vi.advanceTimersByTimeAsync(1001);
  expect(expired()).toBe("silence");
});

it("runs out when the turn takes too long, however much is said", async () => {
  const clock = startTurnClock(LIMITS);
  const expired = watch(clock);
  for (let half = 0; half < 21; half += 1) {
    await vi.advanceTimersByTimeAsync(500);
    clock.heard();
  }
  expect(expired()).toBe("turn");
});

it("stands still while it is held, by one or by many, and goes on where it was", async () => {
  const clock = startTurnClock(LIMITS);
  const expired = watch(clock);
  await vi.advanceTimersByTimeAsync(600);
  clock.hold();
  clock.hold();
  await vi.advanceTimersByTimeAsync(3_600_000);
  clock.release();
  await vi.advanceTimersByTimeAsync(3_600_000);
  clock.release();
  await vi.advanceTimersByTimeAsync(399);
  expect(expired()).toBe(null);
  await vi.advanceTimersByTimeAsync(2);
  expect(expired()).toBe("silence");
});

it("never runs out after it was stopped, also not by a late release", async () => {
  const clock = startTurnClock(LIMITS);
  const expired = watch(clock);
  clock.hold();
  clock.stop();
  clock.release();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(expired()).toBe(null);
  expect(vi.getTimerCount()).toBe(0);
});

it("tells how long it ran, without the time that it stood still", async () => {
  const clock = startTurnClock({ turnMs: 10_000, silenceMs: 10_000 });
  await vi.advanceTimersByTimeAsync(1000);
  clock.hold();
  clock.hold();
  await vi.advanceTimersByTimeAsync(60_000);
  clock.release();
  clock.release();
  await vi.advanceTimersByTimeAsync(500);
  expect(clock.ranMs()).toBe(1500);
  clock.stop();
  await vi.advanceTimersByTimeAsync(500);
  expect(clock.ranMs()).toBe(1500);
});
