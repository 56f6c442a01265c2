/** A stop for a budget waits for a person, and each answer moves it. */
import { type Budget, type BudgetStop, StepKey } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { budgetOf } from "../../src/domain/budget.ts";
import { effectsOfKind, playTo, playUntil, statusOfStep } from "./play.ts";
import { AGENT, CONFIG, PERSON, SPEC_FIRST } from "./scene.ts";
import { apply, newWorld, settle, type World } from "./world.ts";

const STOP: BudgetStop = { scope: "run", measure: "usd", limit: 5, spent: 4.98 };

const stopped = (budget: Partial<BudgetStop> = {}): World => {
  const world = newWorld();
  const turn = playTo(world, "agent.turn");
  settle(world, turn, {
    kind: "failed",
    failure: {
      code: "budget.exceeded",
      message: "a request was refused",
      retry: "never",
      budget: { ...STOP, ...budget },
    },
  });
  return world;
};

const raise = (world: World, budget: Budget, scope: "run" | "day" = "run"): string | null =>
  apply(world, { kind: "budget.raise", scope, budget }, PERSON);

describe("a turn that was stopped for its budget", () => {
  it("is not tried again by itself: a person is asked, with what was spent", () => {
    const world = stopped();
    expect(effectsOfKind(world, "agent.turn")).toEqual([]);
    expect(attention(world.state)).toMatchObject([
      {
        kind: "budget",
        step: "spec",
        asks: "spec: the budget of this run is used up: 4.98 of 5 USD",
        why: "alto was stopped; the work is as it was left",
      },
    ]);
    expect(attention(world.state)[0]?.answers).toMatchObject([
      {
        name: "raise",
        needsText: true,
        command: `tutti budget raise ${world.state.id} --usd TEXT`,
      },
      { name: "cancel" },
    ]);
  });

  it("of a day may also be tried again without a raise, for a new day begins", () => {
    const [item] = attention(stopped({ scope: "day", measure: "tokens" }).state);
    expect(item?.answers.map(({ name }) => name)).toEqual(["raise", "retry", "cancel"]);
    expect(item?.answers[0]?.command).toContain("--day --tokens");
  });

  it("goes on when the limit is raised, and the raised limit holds from then on", () => {
    const world = stopped();
    expect(raise(world, { usd: 10 })).toBeNull();
    expect(effectsOfKind(world, "agent.turn").map(({ payload }) => payload.attempt)).toEqual([2]);
    expect(budgetOf(world.state, "run")).toEqual({ usd: 10 });
    expect(attention(world.state)).toEqual([]);
  });

  it("goes on waiting when another limit is raised", () => {
    const world = stopped();
    expect(raise(world, { tokens: 1000 })).toBeNull();
    expect(statusOfStep(world, "spec")).toBe("failed");
  });

  it.each([{ usd: 4 }, { usd: 4.98 }])(
    "does not go on with %o, which is used up already",
    (low) => {
      expect(raise(stopped(), low)).toBe("budget.too-low");
    },
  );

  it("is raised by a person alone", () => {
    const world = stopped();
    const command = { kind: "budget.raise", scope: "run", budget: { usd: 10 } } as const;
    expect(apply(world, command, AGENT)).toBe("actor.not-allowed");
    expect(raise(world, {})).toBe("usage");
  });
});

const cancelled = (kind: "agent.turn" | "review.turn") => {
  const world = newWorld();
  const turn = playTo(world, kind);
  const step = StepKey.parse(turn.payload.step);
  apply(world, { kind: "step.waive", step, reason: "enough" }, PERSON);
  const tell = () =>
    settle(world, turn, { kind: "interrupted", reason: "it was stopped", durationMs: 60_000 });
  return { world, turn, tell };
};
const minutes = ({ state }: World): number =>
  Object.values(state.days).reduce((sum, { durationMs }) => sum + durationMs, 0) / 60_000;

describe("a turn that was cancelled while it was in work", () => {
  it.each(["agent.turn", "review.turn"] as const)(
    "counts when its worker has ended, once, and changes nothing else (%s)",
    (kind) => {
      const { world, turn, tell } = cancelled(kind);
      const [before, steps] = [minutes(world), world.state.steps];
      expect(tell()).toBeNull();
      expect(minutes(world) - before).toBe(1);
      expect(world.state.steps).toBe(steps);
      expect(world.events.at(-1)?.body).toMatchObject({ type: "turn.ended", cancelled: turn.id });
      expect(tell()).toBe("effect.unknown");
      expect(minutes(world) - before).toBe(1);
    },
  );

  it("counts after the end of the run, too", () => {
    const world = newWorld();
    const turn = playTo(world, "agent.turn");
    apply(world, { kind: "run.cancel", reason: "enough" }, PERSON);
    playUntil(world, ({ state }) => state.finished !== null);
    settle(world, turn, { kind: "interrupted", reason: "it was stopped", durationMs: 60_000 });
    expect(minutes(world)).toBe(1);
  });
});

describe("the budget of a run", () => {
  it("is the tightest of the project's and the workflow's, measure by measure", () => {
    const world = newWorld({
      config: { ...CONFIG, budget: { usd: 5, minutes: 60, day: { usd: 20 } } },
      workflow: { ...SPEC_FIRST, budget: { usd: 2, tokens: 1000 } },
    });
    expect(budgetOf(world.state, "run")).toEqual({ usd: 2, tokens: 1000, minutes: 60 });
    expect(budgetOf(world.state, "day")).toEqual({ usd: 20 });
  });

  it("is only ever raised", () => {
    const world = newWorld({ config: { ...CONFIG, budget: { usd: 5 } } });
    expect(raise(world, { usd: 4 })).toBe("budget.too-low");
    expect(raise(world, { usd: 6 })).toBeNull();
    expect(raise(world, { usd: 6 })).toBe("budget.too-low");
  });
});
