/** Hosts that a run was refused. A refusal is recorded once, and a person's answer holds from then on. */
import type { CommandOf, Rejected, RunDocument } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { EGRESS_HOSTS_MAX } from "../limits.ts";
import { actorName } from "./run.ts";

type Egress = RunDocument["egress"];

export const isKnownTarget = ({ denied, allowed, refused }: Egress, target: string): boolean =>
  [...denied, ...allowed].some((one) => one.target === target) || refused.includes(target);

export const isFullOfTargets = ({ denied, allowed, refused }: Egress): boolean =>
  denied.length + allowed.length + refused.length >= EGRESS_HOSTS_MAX;

export const denyEgress = (draft: Draft, command: CommandOf<"egress.deny">): Rejected | null => {
  const { target } = command;
  const effect = draft.state.effects[command.effect];
  if (effect === undefined)
    return reject("effect.unknown", `effect ${command.effect} is not under way`);
  const { egress } = draft.state;
  if (isKnownTarget(egress, target) || isFullOfTargets(egress)) return null;
  const step = "step" in effect.payload ? effect.payload.step : null;
  emit(draft, { type: "egress.denied", target, effect: effect.id, step });
  return null;
};

const unknown = (target: string): Rejected =>
  reject("egress.unknown", `no program of this run was refused ${target}`);

export const allowEgress = (draft: Draft, command: CommandOf<"egress.allow">): Rejected | null => {
  const { target, scope } = command;
  if (!isKnownTarget(draft.state.egress, target)) return unknown(target);
  emit(draft, { type: "egress.allowed", target, scope, by: actorName(draft) });
  return null;
};

export const refuseEgress = (
  draft: Draft,
  { target }: CommandOf<"egress.refuse">,
): Rejected | null => {
  if (!isKnownTarget(draft.state.egress, target)) return unknown(target);
  emit(draft, { type: "egress.refused", target, by: actorName(draft) });
  return null;
};
