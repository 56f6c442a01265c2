/** Steers a world to a place: plays good results and answers until something is asked for. */
import type { Effect, EffectKind, EffectPayload, RunDocument } from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { stepState } from "../../src/domain/steps.ts";
import { effects, goodMove, resultFor, settle, type World } from "./world.ts";

const MOVES_MAX = 80;

export const playUntil = (world: World, isThere: (world: World) => boolean): World => {
  for (let move = 0; move < MOVES_MAX; move += 1) {
    if (isThere(world)) return world;
    goodMove(world);
  }
  throw new Error(`not there after ${MOVES_MAX} moves`);
};

export type EffectOf<Kind extends EffectKind> = Effect & {
  payload: Extract<EffectPayload, { kind: Kind }>;
};

export const effectsOfKind = <Kind extends EffectKind>(
  world: World,
  kind: Kind,
): EffectOf<Kind>[] =>
  effects(world).filter((effect): effect is EffectOf<Kind> => effect.payload.kind === kind);

/** Plays until the first effect of the kind is asked for, and returns it. */
export const playTo = <Kind extends EffectKind>(world: World, kind: Kind): EffectOf<Kind> => {
  playUntil(world, () => effectsOfKind(world, kind).length > 0);
  const [effect] = effectsOfKind(world, kind);
  if (effect === undefined) throw new Error(`no ${kind}`);
  return effect;
};

/** The good result of an effect. */
export const settleWell = (world: World, effect: Effect): string | null =>
  settle(world, effect, resultFor(world, effect, 1));

export const statusOfStep = (world: World, key: string) => stepState(world.state, key).status.kind;

export const asked = ({ state }: { readonly state: RunDocument }): string[] =>
  attention(state).map((item) => item.id);
