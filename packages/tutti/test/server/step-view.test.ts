/** Steps as a person sees them: what each waits for, where it sends work back, what came of its attempts. */
import { StepKey, type StepView, type UsageTotals } from "@tutti/protocol";
import { expect, it } from "vitest";
import { statusOf } from "../../src/domain/status.ts";
import { stepViews } from "../../src/server/step-view.ts";
import type { RunUsage } from "../../src/server/usage-view.ts";
import { effectsOfKind, playTo } from "../domain/play.ts";
import { FORKED } from "../domain/scene.ts";
import { newWorld, resultFor, settle, type World } from "../domain/world.ts";

const NOTHING: UsageTotals = {
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
};
/** Seeds with which a reviewer finds something, and its reproduction shows it. */
const FINDS = 6;
const SHOWS = 2;

const viewsOf = ({ state }: World, attempts: ReadonlyMap<string, UsageTotals> = new Map()) => {
  const usage: RunUsage = { total: NOTHING, steps: new Map(), attempts };
  return stepViews(state, { status: statusOf(state), usage });
};

const needsOf = (views: readonly StepView[]) =>
  Object.fromEntries(views.map(({ id, needs }) => [id, needs]));

const stepOf = (views: readonly StepView[], id: string): StepView => {
  const found = views.find((view) => view.id === StepKey.parse(id));
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
};

it("before there is a plan each step waits for the step before, and the gates say what they judge", () => {
  const views = viewsOf(newWorld());
  expect(needsOf(views)).toEqual({
    spec: [],
    "approve-spec": ["spec"],
    plan: ["approve-spec"],
    build: ["plan"],
    test: ["build"],
    "rival-review": ["test"],
    "approve-merge": ["rival-review"],
    merge: ["approve-merge"],
  });
  expect(
    views.filter(({ judges }) => judges.length > 0).map(({ id, judges }) => [id, judges]),
  ).toEqual([
    ["approve-spec", ["spec.md", "contract.yaml"]],
    ["rival-review", ["candidate"]],
    ["approve-merge", ["candidate"]],
  ]);
});

it("gates beside each other wait for the same step, and a review for all of them", () => {
  const needs = needsOf(viewsOf(newWorld({ workflow: FORKED })));
  expect(needs["lint"]).toEqual(["migrate"]);
  expect(needs["test"]).toEqual(["migrate"]);
  expect(needs["rival-review"]).toEqual(["lint", "test"]);
});

it("a gate tells how often it sent the work back, and to which repair, which waits for the items", () => {
  const world = newWorld();
  const settleKind = (kind: "review.turn" | "evidence.run", seed: number): void => {
    for (const effect of effectsOfKind(world, kind))
      settle(world, effect, resultFor(world, effect, seed));
  };
  playTo(world, "review.turn");
  const items = viewsOf(world)
    .map(({ id }) => id)
    .filter((id) => id.startsWith("build["));
  expect(stepOf(viewsOf(world), "test").needs).toEqual(items);
  expect(stepOf(viewsOf(world), "rival-review").sendsBack).toEqual({
    to: items[0],
    rounds: 0,
    limit: 2,
  });

  settleKind("review.turn", FINDS);
  settleKind("evidence.run", SHOWS);
  const views = viewsOf(world);
  expect(stepOf(views, "rival-review").sendsBack).toEqual({
    to: "build[fix-1]",
    rounds: 1,
    limit: 2,
  });
  expect(stepOf(views, "build[fix-1]").needs).toEqual(items);
  expect(stepOf(views, "test").needs).toEqual([...items, "build[fix-1]"]);
});

it("an attempt tells where it began, how it ended and what was metered for it", () => {
  const world = newWorld();
  playTo(world, "review.turn");
  const metered = { ...NOTHING, requests: 3, costUsd: 0.5 };
  const [attempt] = stepOf(viewsOf(world, new Map([["spec.1", metered]])), "spec").history;
  expect(attempt).toMatchObject({
    number: 1,
    agent: "alto",
    start: world.state.base.commit,
    usage: metered,
    reported: null,
  });
  expect(attempt?.endedAt).toBeGreaterThanOrEqual(attempt?.startedAt ?? Infinity);
  expect(attempt?.outcome).not.toBeNull();
});
