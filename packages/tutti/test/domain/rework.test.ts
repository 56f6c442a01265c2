import { expect, it } from "vitest";
import { effects, goodMove, newWorld, resultFor, settle, type World } from "./world.ts";

const MOVES_MAX = 60;
/** A seed with which a reviewer finds something, and its reproduction shows it. */
const FINDS = 6;
const SHOWS = 2;

const playTo = (world: World, kind: string): World => {
  for (let move = 0; move < MOVES_MAX; move += 1) {
    if (effects(world).some(({ payload }) => payload.kind === kind)) return world;
    goodMove(world);
  }
  throw new Error(`no ${kind} after ${MOVES_MAX} moves`);
};

const settleKind = (world: World, kind: string, seed: number): void => {
  for (const effect of effects(world))
    if (effect.payload.kind === kind) settle(world, effect, resultFor(world, effect, seed));
};

it("no gate looks at the old candidate while its author is at work on a finding", () => {
  const world = playTo(newWorld(), "review.turn");
  settleKind(world, "review.turn", FINDS);
  settleKind(world, "evidence.run", SHOWS);
  expect(effects(world).map(({ payload }) => payload.kind)).toEqual(["agent.turn"]);
  expect(world.state.steps["rival-review"]?.status.kind).toBe("pending");
});
