/**
 * Budgets, models, permissions and servers of both files. Each is at least as tight as the user's
 * alone: a repository can take away, never add.
 */
import {
  type BudgetConfig,
  type McpServer,
  ModelPolicy,
  type PermissionRule,
  ServerTools,
} from "@tutti/protocol";
import { intersectGlobs } from "./glob-intersection.ts";

type Budget = Omit<BudgetConfig, "day">;

const smaller = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.min(one, other);

/** Of two bounds the smaller. */
const joinBudget = (user: Budget, project: Budget): Budget => {
  const [usd, tokens, minutes] = [
    smaller(user.usd, project.usd),
    smaller(user.tokens, project.tokens),
    smaller(user.minutes, project.minutes),
  ];
  return {
    ...(usd === undefined ? {} : { usd }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(minutes === undefined ? {} : { minutes }),
  };
};

export const mergeBudget = (
  user: BudgetConfig | undefined,
  project: BudgetConfig | undefined,
): BudgetConfig | undefined => {
  if (user === undefined || project === undefined) return user ?? project;
  const day =
    user.day === undefined || project.day === undefined
      ? (user.day ?? project.day)
      : joinBudget(user.day, project.day);
  return { ...joinBudget(user, project), ...(day === undefined ? {} : { day }) };
};

export type ModelsMerged = {
  readonly models: ModelPolicy | undefined;
  /** Lists that leave nothing together. An empty list would allow everything, so this is refused. */
  readonly conflicts: readonly ("families" | "models" | "regions")[];
};

/** What both allow. */
export const mergeModels = (
  user: ModelPolicy | undefined,
  project: ModelPolicy | undefined,
): ModelsMerged => {
  if (project === undefined) return { models: user, conflicts: [] };
  if (user === undefined) {
    const serverTools = stricter(DEFAULT_SERVER_TOOLS, project.serverTools);
    return { models: { ...project, serverTools }, conflicts: [] };
  }
  const families = common(user.families, project.families, shared);
  const models = common(user.models, project.models, intersectGlobs);
  const regions = common(user.regions, project.regions, shared);
  const lists = { families, models, regions };
  const conflicts = (["families", "models", "regions"] as const).filter(
    (key) => lists[key] === null,
  );
  return {
    models: {
      families: families ?? [],
      models: models ?? [],
      regions: regions ?? [],
      zeroRetention: user.zeroRetention || project.zeroRetention,
      serverTools: stricter(user.serverTools, project.serverTools),
    },
    conflicts,
  };
};

/** What a user who says nothing allows. */
const DEFAULT_SERVER_TOOLS = ModelPolicy.parse({}).serverTools;

const stricter = (one: ServerTools, other: ServerTools): ServerTools =>
  ServerTools.options.find((word) => word === one || word === other) ?? "none";

type Intersect = (one: readonly string[], other: readonly string[]) => string[];

/** An empty list allows everything; null: nothing is in both. */
const common = (
  user: readonly string[],
  project: readonly string[],
  intersect: Intersect,
): string[] | null => {
  if (user.length === 0 || project.length === 0) return [...user, ...project];
  const both = intersect(user, project);
  return both.length === 0 ? null : both;
};

const shared: Intersect = (one, other) => one.filter((item) => other.includes(item));

/** The user's first; whose a rule is decides what it may allow. */
export const mergePermissions = (
  user: readonly PermissionRule[] | undefined,
  project: readonly PermissionRule[] | undefined,
): PermissionRule[] | undefined =>
  user === undefined && project === undefined
    ? undefined
    : [
        ...(user ?? []).map((rule) => ({ ...rule, from: "user" as const })),
        ...(project ?? []).map((rule) => ({ ...rule, from: "project" as const })),
      ];

type Servers = Readonly<Record<string, McpServer>> | undefined;

/** As with agents: of one name the user's counts. */
export const mergeServers = (
  user: Servers,
  project: Servers,
): Record<string, McpServer> | undefined =>
  user === undefined && project === undefined
    ? undefined
    : { ...marked(project, "project"), ...marked(user, "user") };

const marked = (servers: Servers, from: "user" | "project"): Record<string, McpServer> =>
  Object.fromEntries(Object.entries(servers ?? {}).map(([name, one]) => [name, { ...one, from }]));
