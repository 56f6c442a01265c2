/**
 * The rules of a run from the user's and the repository's configuration. What a repository says goes
 * before what the user says, with two exceptions: agents belong to the user, and a rule of the user
 * can be tightened by a repository, never loosened.
 */
import type { ProjectConfig } from "@tutti/protocol";
import type { RolesFile } from "./agent-file.ts";
import { mergeBudget, mergeModels, mergePermissions, mergeServers } from "./policy.ts";
import type { ProjectFile } from "./project-file.ts";
import type { UserConfig } from "./user.ts";

/**
 * `given`: the keys that the repository's file really has, dotted (`limits.turnMinutes`); the others
 * hold defaults, and a user's word goes before a default.
 */
export const mergeConfig = (
  sides: Sides,
): Omit<ProjectConfig, "agents" | "roles"> & { readonly roles: RolesFile } => {
  const { user, project } = sides;
  const to = user.merge.to === "branch" ? "branch" : (project.merge.to ?? user.merge.to);
  const workflow = project.workflow ?? user.workflow;
  return {
    roles: rolesOf(sides),
    checks: project.checks,
    recipe: project.recipe,
    sandbox: sandboxOf(sides),
    merge: to === undefined ? {} : { to },
    review: reviewOf(sides),
    limits: limitsOf(sides),
    protected: union(user.protected, project.protected),
    ...(workflow === undefined ? {} : { workflow }),
    ...boundsOf(sides),
  };
};

export type Sides = {
  readonly user: UserConfig;
  readonly project: ProjectFile;
  readonly given: ReadonlySet<string>;
};

const boundsOf = ({
  user,
  project,
}: Sides): Pick<ProjectConfig, "budget" | "models" | "permissions" | "mcp"> => {
  const budget = mergeBudget(user.budget, project.budget);
  const { models } = mergeModels(user.models, project.models);
  const permissions = mergePermissions(user.permissions, project.permissions);
  const mcp = mergeServers(user.mcp, project.mcp);
  return {
    ...(budget === undefined ? {} : { budget }),
    ...(models === undefined ? {} : { models }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(mcp === undefined ? {} : { mcp }),
  };
};

/** Whose word a role is. */
export const isRoleShared = ({ project, given }: Sides, role: keyof RolesFile): boolean =>
  role === "reviewer" ? given.has("roles.reviewer") : project.roles[role] !== undefined;

const rolesOf = (sides: Sides): RolesFile => {
  const { user, project } = sides;
  const planner = project.roles.planner ?? user.roles.planner;
  const author = project.roles.author ?? user.roles.author;
  const reviewer = isRoleShared(sides, "reviewer") ? project.roles.reviewer : user.roles.reviewer;
  return {
    ...(planner === undefined ? {} : { planner }),
    ...(author === undefined ? {} : { author }),
    ...(reviewer === undefined ? {} : { reviewer }),
  };
};

const sandboxOf = ({ user, project, given }: Sides): ProjectConfig["sandbox"] => ({
  read: union(user.sandbox.read, project.sandbox.read),
  workspaceMiB: tighter(Math.min, {
    user: user.sandbox.workspaceMiB,
    project: project.sandbox.workspaceMiB,
    isGiven: given.has("sandbox.workspaceMiB"),
  }),
  tmpMiB: tighter(Math.min, {
    user: user.sandbox.tmpMiB,
    project: project.sandbox.tmpMiB,
    isGiven: given.has("sandbox.tmpMiB"),
  }),
});

const reviewOf = ({ user, project, given }: Sides): ProjectConfig["review"] => ({
  minForeignFamilies: tighter(Math.max, {
    user: user.review.minForeignFamilies,
    project: project.review.minForeignFamilies,
    isGiven: given.has("review.minForeignFamilies"),
  }),
  whenUnavailable:
    user.review.whenUnavailable === "block" ? "block" : project.review.whenUnavailable,
});

const limitsOf = ({ user, project, given }: Sides): ProjectConfig["limits"] => ({
  turnMinutes: tighter(Math.min, {
    user: user.limits.turnMinutes,
    project: project.limits.turnMinutes,
    isGiven: given.has("limits.turnMinutes"),
  }),
  silenceMinutes: tighter(Math.min, {
    user: user.limits.silenceMinutes,
    project: project.limits.silenceMinutes,
    isGiven: given.has("limits.silenceMinutes"),
  }),
});

/** The tighter of both words; the user's alone where the repository's is only a default. */
const tighter = (
  rule: (one: number, other: number) => number,
  word: {
    readonly user: number | undefined;
    readonly project: number;
    readonly isGiven: boolean;
  },
): number => {
  if (word.user === undefined) return word.project;
  return word.isGiven ? rule(word.user, word.project) : word.user;
};

const union = (first: readonly string[], second: readonly string[]): string[] => [
  ...new Set([...first, ...second]),
];
