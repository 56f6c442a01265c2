import {
  type CommandOf,
  NO_FACTS,
  type Permission,
  type PermissionOption,
  type Rejected,
  type RememberedAnswer,
} from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { PERMISSIONS_OPEN_MAX } from "../limits.ts";
import { isSameRequest, type PermissionRequest } from "../permission-rules.ts";
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
    ...(command.facts === undefined ? {} : { facts: command.facts }),
  });
  return null;
};

const requestOf = ({ title, facts = NO_FACTS }: Permission): PermissionRequest => ({
  title,
  facts,
});

const remember = (
  draft: Draft,
  permission: Permission,
  about: { readonly option: PermissionOption; readonly attempt: RememberedAnswer["about"] },
): void =>
  emit(draft, {
    type: "permission.remembered",
    permission: permission.id,
    remembered: {
      ...requestOf(permission),
      answer: about.option.kind.startsWith("allow") ? "allow" : "deny",
      by: actorName(draft),
      at: draft.now,
      about: about.attempt,
    },
  });

const answered = (draft: Draft, permission: string, option: string): void =>
  emit(draft, { type: "permission.answered", permission, option, by: actorName(draft) });

/**
 * The process that asked is gone. When the attempt after it asks the same just now, this is the
 * answer; else it holds for that attempt.
 */
const answerVoided = (draft: Draft, permission: Permission, option: PermissionOption): void => {
  const { step } = permission;
  const open = draft.state.permissions.find(
    (one) => one.step === step && isSameRequest(requestOf(one), requestOf(permission)),
  );
  const same = open?.options.find((one) => one.id === option.id && one.kind === option.kind);
  if (open !== undefined && same !== undefined) {
    answered(draft, open.id, same.id);
    return;
  }
  const { attempts, status } = stepState(draft.state, step);
  const last = attempts.at(-1)?.number ?? 0;
  const attempt = status.kind === "active" ? last : last + 1;
  remember(draft, permission, { option, attempt: { step, attempt } });
};

export const answerPermission = (
  draft: Draft,
  command: CommandOf<"permission.answer">,
): Rejected | null => {
  const isNamed = ({ id }: Permission): boolean => id === command.permission;
  const open = draft.state.permissions.find(isNamed);
  const asked = open ?? draft.state.voided.find(isNamed);
  if (asked === undefined)
    return reject("permission.unknown", `permission ${command.permission} is not open`);
  const option = asked.options.find(({ id }) => id === command.option);
  if (option === undefined)
    return reject("usage", `permission ${command.permission} has no option ${command.option}`);
  const isForAlways = command.remember !== undefined || option.kind.endsWith("_always");
  if (isForAlways) remember(draft, asked, { option, attempt: null });
  if (open === undefined) answerVoided(draft, asked, option);
  else answered(draft, open.id, option.id);
  return null;
};
