import type { Effect, EffectKind, EffectPayload, EventBody } from "@tutti/protocol";
import { ProjectConfig, Workflow } from "@tutti/protocol";
import { expect, it } from "vitest";
import { CONFIG, PERSON, SPEC_FIRST } from "./scene.ts";
import { apply, effects, goodMove, newWorld, settle, type World } from "./world.ts";

const CUT = { kind: "interrupted", reason: "daemon restarted" } as const;
const DIED = {
  kind: "failed",
  failure: { code: "agent.died", message: "died", retry: "new-attempt" },
} as const;

const FULL = {
  kind: "failed",
  failure: { code: "disk.full", message: "no space left", retry: "later" },
} as const;

type Turn = Extract<EffectPayload, { kind: "agent.turn" | "review.turn" }>;

const MOVES_MAX = 60;

/** Plays until effects of the kind are asked for. */
const playTo = (world: World, kind: EffectKind): World => {
  for (let move = 0; move < MOVES_MAX; move += 1) {
    if (effects(world).some(({ payload }) => payload.kind === kind)) return world;
    goodMove(world);
  }
  throw new Error(`no ${kind} after ${MOVES_MAX} moves`);
};

const turnsOf = (world: World): (Effect & { payload: Turn })[] =>
  effects(world).flatMap((effect) =>
    effect.payload.kind === "agent.turn" || effect.payload.kind === "review.turn"
      ? [{ ...effect, payload: effect.payload }]
      : [],
  );

const isTurn = (body: EventBody): boolean =>
  body.type === "effect.requested" && body.effect.payload.kind === "agent.turn";

const isGate = ({ payload }: Effect): boolean =>
  payload.kind === "checks.run" && payload.on === "gate";

const cutAll = (world: World): void => {
  for (const turn of turnsOf(world)) settle(world, turn, CUT);
};

const outcomes = (world: World, step: string) =>
  world.state.steps[step]?.attempts.map(({ outcome }) => outcome);

it("a turn that was cut off goes on as a new attempt, and the old one says so", () => {
  const world = playTo(newWorld(), "agent.turn");
  cutAll(world);
  expect(outcomes(world, "spec")).toEqual(["interrupted", null]);
  expect(turnsOf(world).map(({ payload }) => payload.attempt)).toEqual([2]);
});

it("a review that was cut off goes on as a new attempt, and the old one says so", () => {
  const world = playTo(newWorld(), "review.turn");
  const inputs = world.state.steps["rival-review"]?.status;
  cutAll(world);
  cutAll(world);
  expect(outcomes(world, "rival-review")).toEqual(["interrupted", "interrupted", null]);
  expect(turnsOf(world).map(({ payload }) => payload.attempt)).toEqual([3]);
  expect(world.state.steps["rival-review"]?.status).toEqual(inputs);
});

it("reviewers that were cut off together share one new attempt of the step", () => {
  const config = ProjectConfig.parse({
    ...CONFIG,
    agents: { ...CONFIG.agents, basso: { command: ["basso"], family: "google" } },
    roles: { ...CONFIG.roles, reviewer: ["tenor", "basso"] },
  });
  const steps = SPEC_FIRST.steps.map((step) =>
    step.kind === "review" ? { ...step, reviewers: { ...step.reviewers, count: 2 } } : step,
  );
  const workflow = Workflow.parse({ ...SPEC_FIRST, steps });
  const world = playTo(newWorld({ config, workflow }), "review.turn");
  expect(turnsOf(world)).toHaveLength(2);
  cutAll(world);
  expect(outcomes(world, "rival-review")).toEqual(["interrupted", null]);
  expect(turnsOf(world).map(({ payload }) => [payload.agent, payload.attempt])).toEqual([
    ["tenor", 2],
    ["basso", 2],
  ]);
});

it("restarts do not use up the tries of a reviewer", () => {
  const world = playTo(newWorld(), "review.turn");
  for (let restart = 0; restart < 5; restart += 1) cutAll(world);
  const [turn] = turnsOf(world);
  if (turn === undefined) throw new Error("the review goes on");
  settle(world, turn, DIED);
  expect(world.state.steps["rival-review"]?.status.kind).toBe("active");
  expect(turnsOf(world).map(({ payload }) => payload.attempt)).toEqual([7]);
  const [again] = turnsOf(world);
  if (again === undefined) throw new Error("the reviewer is tried once more");
  settle(world, again, DIED);
  expect(world.state.steps["rival-review"]?.status.kind).toBe("failed");
});

it("work that could not be made a commit is not done again: only the commit is, also when a person asks", () => {
  const world = playTo(newWorld(), "checkpoint.create");
  const turns = () => world.events.filter(({ body }) => isTurn(body)).length;
  const before = turns();
  const fail = (): void => {
    for (const effect of effects(world))
      if (effect.payload.kind === "checkpoint.create") settle(world, effect, FULL);
  };
  fail();
  const [again] = effects(world);
  expect(again?.payload.kind).toBe("checkpoint.create");
  expect(again?.notBefore).toBeGreaterThan(world.now);
  while (effects(world).length > 0) fail();
  expect(world.state.steps["build[P1]"]?.status.kind).toBe("failed");
  expect(apply(world, { kind: "run.retry" }, PERSON)).toBe(null);
  expect(effects(world).map(({ payload }) => payload.kind)).toEqual(["checkpoint.create"]);
  expect(turns()).toBe(before);
  expect(outcomes(world, "build[P1]")).toEqual([...Array(3).fill("work not recorded"), null]);
});

it("a gate that could not be run is run again on the same commit, without another turn", () => {
  const steps = SPEC_FIRST.steps.map((step) =>
    step.id === "build" ? { ...step, gate: { checks: ["test"] } } : step,
  );
  const world = playTo(
    newWorld({ workflow: Workflow.parse({ ...SPEC_FIRST, steps }) }),
    "checkpoint.create",
  );
  while (!effects(world).some(isGate)) goodMove(world);
  const before = effects(world).find(isGate)?.payload;
  for (const effect of effects(world)) if (isGate(effect)) settle(world, effect, FULL);
  expect(effects(world).find(isGate)?.payload).toEqual(before);
  expect(turnsOf(world)).toEqual([]);
  expect(outcomes(world, "build[P1]")).toEqual(["gate not run", null]);
});

it.each([CUT, DIED])("a paused run begins no turn after one that ended as $kind", (result) => {
  const world = playTo(newWorld(), "review.turn");
  apply(world, { kind: "run.pause", reason: "lunch" }, PERSON);
  for (const turn of turnsOf(world)) settle(world, turn, result);
  expect(effects(world)).toEqual([]);
  expect(world.state.steps["rival-review"]?.status.kind).toBe("pending");
  apply(world, { kind: "run.resume" }, PERSON);
  expect(turnsOf(world).map(({ payload }) => payload.kind)).toEqual(["review.turn"]);
});
