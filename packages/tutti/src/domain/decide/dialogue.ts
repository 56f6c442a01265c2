import type { CommandOf, Rejected } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { PERMISSIONS_OPEN_MAX } from "../limits.ts";
import { stepState } from "../steps.ts";
import { actorName } from "./run.ts";

/** A permission belongs to one attempt of one session, by its effect. */
export const askPermission = (
  draft: Draft,
  command: CommandOf<"permission.ask">,
): Rejected | null => {
  const effect = draft.state.effects[command.effect];
  if (effect === undefined || !("step" in effect.payload) || effect.payload.step === null)
    return reject("effect.unknown", `effect ${command.effect} is not under way`);
  const { step } = effect.payload;
  if (draft.state.permissions.length >= PERMISSIONS_OPEN_MAX)
    return reject("usage", `${PERMISSIONS_OPEN_MAX} permissions wait for an answer already`);
  const attempt = stepState(draft.state, step).attempts.at(-1)?.number ?? 1;
  emit(draft, {
    type: "permission.asked",
    permission: command.permission,
    effect: effect.id,
    step,
    attempt,
    title: command.title,
    detail: command.detail,
    options: command.options,
  });
  return null;
};

export const answerPermission = (
  draft: Draft,
  command: CommandOf<"permission.answer">,
): Rejected | null => {
  const asked = draft.state.permissions.find((permission) => permission.id === command.permission);
  if (asked === undefined)
    return reject("permission.unknown", `permission ${command.permission} is not open`);
  if (!asked.options.some((option) => option.id === command.option))
    return reject("usage", `permission ${command.permission} has no option ${command.option}`);
  emit(draft, {
    type: "permission.answered",
    permission: command.permission,
    option: command.option,
    by: actorName(draft),
  });
  return null;
};
