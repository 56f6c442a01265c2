import type { Effect, EffectResult } from "@tutti/protocol";

/** An effect with its narrowed payload and what its worker reported. */
export type Settled<Kind extends Effect["payload"]["kind"]> = {
  effect: Effect;
  payload: Extract<Effect["payload"], { kind: Kind }>;
  result: EffectResult;
};
