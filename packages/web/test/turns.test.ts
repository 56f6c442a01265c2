/** The end of a turn is told once, and only to who was there while it was open. */
import { AttemptView, StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import { endedTurns, openTurns } from "../src/features/run/turns.ts";

const attempt = (number: number, endedAt: number | null, agent: string | null = "alto") =>
  AttemptView.parse({
    number,
    agent,
    start: "a".repeat(40),
    startedAt: 1,
    endedAt,
    outcome: endedAt === null ? null : "passed",
    usage: null,
    reported: null,
  });

const build = (...history: AttemptView[]) => [{ id: StepKey.parse("build[P1]"), history }];

it("the end of a turn that was open is told, with its step and how it ended", () => {
  const open = openTurns(build(attempt(1, null)));
  expect(endedTurns(open, build(attempt(1, 5)))).toEqual([
    "Turn ended: build[P1], attempt 1 by alto: passed",
  ]);
});

it("turns that had ended before the page was there, and checks, are not told", () => {
  expect(endedTurns(new Set(), build(attempt(1, 5)))).toEqual([]);
  const open = openTurns(build(attempt(1, 5), attempt(2, null, null)));
  expect(endedTurns(open, build(attempt(1, 5), attempt(2, 6, null)))).toEqual([]);
});
