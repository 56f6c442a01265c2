/** Who shares a limit: turns by machine, project and family; everything that runs commands by machine. */
import type { Effect, EffectKind, RunDocument } from "@tutti/protocol";
import type { Limits } from "./ports/deps.ts";
import type { Group } from "./ports/dispatcher.ts";

/** Effects that are mostly git: cheap, and many at a time. */
const GIT_PER_COMMAND = 2;

type Scope = { readonly project: string; readonly family: string; readonly limits: Limits };

const turns = ({ project, family, limits }: Scope): Group[] => [
  { name: "turns", limit: limits.machine },
  { name: `project:${project}`, limit: limits.project },
  { name: `family:${family}`, limit: limits.family },
];
const commands = ({ limits }: Scope): Group[] => [{ name: "commands", limit: limits.checks }];
const git = ({ limits }: Scope): Group[] => [
  { name: "git", limit: limits.checks * GIT_PER_COMMAND },
];
/** One at a time in a repository: the next one sees the tip that this one made. */
const merges = ({ project }: Scope): Group[] => [{ name: `merge:${project}`, limit: 1 }];

const BY_KIND: Record<EffectKind, (scope: Scope) => Group[]> = {
  "agent.turn": turns,
  "review.turn": turns,
  "checks.run": commands,
  "evidence.run": commands,
  "workspace.prepare": commands,
  "checkpoint.create": git,
  "landing.prepare": git,
  "workspace.dispose": git,
  "merge.apply": merges,
};

export const groupsOf = (
  effect: Effect,
  state: RunDocument | null,
  limits: Limits,
): readonly Group[] => {
  const agent = "agent" in effect.payload ? effect.payload.agent : "";
  const family = state?.policy.config.agents[agent]?.family ?? "unknown";
  return BY_KIND[effect.payload.kind]({ project: state?.project.id ?? "unknown", family, limits });
};
