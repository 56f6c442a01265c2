/** Who shares a limit: turns by machine, project and family; everything that runs commands by machine. */
import type { Effect, EffectKind, RunDocument } from "@tutti/protocol";
import type { Limits } from "./ports/deps.ts";
import type { Group } from "./ports/dispatcher.ts";

/** Effects that are mostly git: cheap, and many at a time. */
const GIT_PER_COMMAND = 2;

type Scope = {
  readonly project: string;
  readonly family: string;
  readonly limits: Limits;
  /** The branch that the run merges into; null when it leaves a branch of its own. */
  readonly target: string | null;
  /** Of `checks.run`. */
  readonly on: string | null;
};

const turns = ({ project, family, limits }: Scope): Group[] => [
  { name: "turns", limit: limits.machine },
  { name: `project:${project}`, limit: limits.project },
  { name: `family:${family}`, limit: limits.family },
];
const commands = ({ limits }: Scope): Group[] => [{ name: "commands", limit: limits.checks }];
const git = ({ limits }: Scope): Group[] => [
  { name: "git", limit: limits.checks * GIT_PER_COMMAND },
];
/**
 * From a landing to its merge one run at a time for a target: a landing that another merge overtakes
 * is checked in vain, with ten of them at once five times over.
 */
const landing = ({ project, target }: Scope, more: Pick<Group, "isContinued">): Group[] =>
  target === null ? [] : [{ name: `landing:${project}:${target}`, limit: 1, ...more }];
const onLanding = (scope: Scope): Group[] =>
  scope.on === "landing" ? landing(scope, { isContinued: true }) : [];
/** One at a time in a repository, whatever the target. */
const merges = ({ project }: Scope): Group[] => [{ name: `merge:${project}`, limit: 1 }];

const BY_KIND: Record<EffectKind, (scope: Scope) => Group[]> = {
  "agent.turn": turns,
  "review.turn": turns,
  "checks.run": (scope) => [...commands(scope), ...onLanding(scope)],
  "evidence.run": commands,
  "workspace.prepare": commands,
  "checkpoint.create": git,
  "landing.prepare": (scope) => [...git(scope), ...landing(scope, {})],
  "workspace.dispose": git,
  "merge.apply": (scope) => [...merges(scope), ...landing(scope, { isContinued: true })],
};

export const groupsOf = (
  effect: Effect,
  state: RunDocument | null,
  limits: Limits,
): readonly Group[] => {
  const { payload } = effect;
  const agent = "agent" in payload ? payload.agent : "";
  const family = state?.policy.config.agents[agent]?.family ?? "unknown";
  const target = state?.target.to === "target" ? state.target.branch : null;
  const on = payload.kind === "checks.run" ? payload.on : null;
  const project = state?.project.id ?? "unknown";
  return BY_KIND[payload.kind]({ project, family, limits, target, on });
};
