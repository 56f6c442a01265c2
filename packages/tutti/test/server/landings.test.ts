/** The merge train: which runs are in it, how each stands, and in which order they land. */
import { ProjectId } from "@tutti/protocol";
import { expect, it } from "vitest";
import { statusOf } from "../../src/domain/status.ts";
import { landingOf, placed } from "../../src/server/landing-view.ts";
import { playTo, playUntil, settleWell } from "../domain/play.ts";
import { PERSON, commit } from "../domain/scene.ts";
import { apply, newWorld, settle, type World } from "../domain/world.ts";

const viewOf = ({ state }: World) => landingOf(state, statusOf(state));

it("a run is in the train once nothing but its merge is ahead, and a person is asked first", () => {
  const world = newWorld();
  playTo(world, "review.turn");
  expect(viewOf(world)).toBeNull();
  playUntil(world, ({ state }) => statusOf(state).text.startsWith("Approve the merge"));
  expect(viewOf(world)).toMatchObject({
    state: "approval",
    candidate: world.state.candidate?.commit,
    tip: null,
    refusal: null,
  });
});

it("a landing tells what is done of it, and onto which commit", () => {
  const world = newWorld();
  const prepare = playTo(world, "landing.prepare");
  expect(viewOf(world)?.state).toBe("preparing");
  settleWell(world, prepare);
  const tip = world.state.landing?.tip;
  expect(viewOf(world)).toMatchObject({ state: "verifying", tip });
  playTo(world, "merge.apply");
  expect(viewOf(world)).toMatchObject({ state: "merging", tip });
});

it("a conflict stays in the train with its files, and a paused run says so", () => {
  const world = newWorld();
  const prepare = playTo(world, "landing.prepare");
  const tip = commit("moved");
  settle(world, prepare, { kind: "landing.conflict", tip, paths: ["sum.mjs"] });
  expect(viewOf(world)).toMatchObject({
    state: "conflict",
    refusal: { reason: "conflict", paths: ["sum.mjs"] },
  });
  const other = newWorld();
  playTo(other, "merge.apply");
  expect(apply(other, { kind: "run.pause", reason: "later" }, PERSON)).toBeNull();
  expect(viewOf(other)?.state).toBe("merging");
});

it("each branch has its own train: at work before ready, ready before who waits, the oldest first", () => {
  const world = newWorld();
  playTo(world, "merge.apply");
  const view = viewOf(world);
  if (view === null) throw new Error("it is in the train");
  const project = { id: ProjectId.parse("p-0123456789ab"), path: "/elsewhere" };
  const train = placed([
    { ...view, state: "conflict", since: 1 },
    { ...view, state: "ready", since: 3 },
    { ...view, state: "ready", since: 2 },
    { ...view, state: "verifying", since: 9 },
    { ...view, project, state: "approval", since: 1 },
  ]);
  expect(train.map(({ state, since, position }) => [state, since, position])).toEqual([
    ["verifying", 9, 1],
    ["ready", 2, 2],
    ["ready", 3, 3],
    ["approval", 1, 1],
    ["conflict", 1, 4],
  ]);
});
