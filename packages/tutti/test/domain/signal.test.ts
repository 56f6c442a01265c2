import { expect, test } from "vitest";
import { withSignal } from "../../src/domain/status.ts";

const NOW = 1_700_000_000_000;
const working = { state: "working" as const, text: "build", attention: [] };
const textAfter = (silentMs: number, state: "working" | "waiting" = "working"): string =>
  withSignal({ ...working, state }, { heardAt: NOW - silentMs, now: NOW }).text;

test("an agent that was heard a moment ago is working", () => {
  expect(textAfter(0)).toBe("build");
  expect(textAfter(119_999)).toBe("build");
});

test("one of whom nothing was heard for two minutes has no signal, and for how long is said", () => {
  expect(textAfter(120_000)).toBe("build: no signal for 2 min");
  expect(textAfter(3_599_999)).toBe("build: no signal for 59 min");
});

test("a run that waits for a person, or in which no agent works, is not called silent", () => {
  expect(textAfter(3_600_000, "waiting")).toBe("build");
  expect(withSignal(working, { heardAt: null, now: NOW }).text).toBe("build");
});
