import { type EffectKind, EffectPayload } from "@tutti/protocol";

export const EFFECT_KINDS: readonly EffectKind[] = EffectPayload.options.map(
  ({ shape }) => shape.kind.value,
);

export const perKind = (): Record<EffectKind, number> => ({
  "workspace.prepare": 0,
  "agent.turn": 0,
  "review.turn": 0,
  "checkpoint.create": 0,
  "checks.run": 0,
  "evidence.run": 0,
  "landing.prepare": 0,
  "merge.apply": 0,
  "workspace.dispose": 0,
});
