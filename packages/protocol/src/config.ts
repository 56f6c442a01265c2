/** `.tutti/config.yaml` after parsing: the project's own part of the policy of a run. */
import { z } from "zod";
import { Family } from "./ids.ts";
import { Budget, ModelPolicy } from "./usage.ts";

const MS_PER_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * A duration as people write it (`120s`, `5m`, `1h`, `250ms`), parsed to milliseconds. A number is
 * milliseconds already: a stored policy is parsed again. In files a bare number is refused.
 */
export const Duration = z.union([
  z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h)$/u, "a duration such as 90s, 10m or 1h")
    .transform((text) => {
      const unit = /ms$|[smh]$/u.exec(text)?.[0];
      const perUnit =
        unit === "ms" || unit === "s" || unit === "m" || unit === "h" ? MS_PER_UNIT[unit] : 1;
      return Math.round(Number.parseFloat(text) * perUnit);
    }),
  z.number().int().nonnegative(),
]);

/** One host and port that a process inside the fence may reach by CONNECT. */
export const EgressHost = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:\d{1,5}$/u,
    "HOST:PORT in lower case, for example api.example.com:443",
  );

/** How an agent gets at its model: through the gateway, or with its own login inside the fence. */
export const Credentials = z.enum(["gateway", "inside"]);
export type Credentials = z.infer<typeof Credentials>;

/** Whose file said it. */
const Author = z.enum(["user", "project"]);

export const AgentConfig = z.strictObject({
  /** argv; empty for a direct model API. */
  command: z.array(z.string().min(1)),
  family: Family,
  /** Shown and recorded in trailers; the lineage stays `declared`. */
  model: z.string().max(200).optional(),
  env: z.record(z.string(), z.string()).default({}),
  egress: z.array(EgressHost).default([]),
  /** ACP session mode to set after session/new, where the agent offers it. */
  mode: z.string().optional(),
  /** Entry of the catalogue whose launch and quirks hold. */
  catalog: z.string().optional(),
  /** Provider that is asked directly, without an agent: for steps that need no tools. */
  api: z.string().optional(),
  /** Provider that the gateway asks for this agent; the catalogue knows the usual one. */
  provider: z.string().optional(),
  effort: z.string().max(40).optional(),
  credentials: Credentials.optional(),
  /** Said of a repository's agents that have hosts listed. Absent in files. */
  from: Author.optional(),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

export const CheckConfig = z.strictObject({
  run: z.string().min(1),
  timeout: Duration.default(600_000),
  /** How results per test are read: `tap` and `junit` give a vector per test, `exit` only the exit code. */
  report: z.enum(["auto", "tap", "junit", "exit"]).default("auto"),
  /** Where a JUnit report file is written, relative to the repository root. */
  reportFile: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
export type CheckConfig = z.infer<typeof CheckConfig>;

export const RecipeConfig = z.strictObject({
  /** Run once in the preparation workspace, in the fence. */
  setup: z.string().optional(),
  setupTimeout: Duration.default(600_000),
  /** Dependency folders that setup fills; each place gets a private copy. */
  dependencies: z.array(z.string()).default([]),
  /** Untracked files of the user's checkout to copy in, relative globs. */
  copy: z.array(z.string()).default([]),
  /** Untracked folders or files bound read-only from the user's checkout. */
  link: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  egress: z.array(EgressHost).default([]),
  teardown: z.string().optional(),
});
export type RecipeConfig = z.infer<typeof RecipeConfig>;

export const SandboxConfig = z.strictObject({
  /** Host paths shown read-only inside: toolchains and agent installs. `~` is the user's home. */
  read: z.array(z.string()).default([]),
  /** Workspace size at which a watchdog ends the process, in MiB. */
  workspaceMiB: z.number().int().positive().default(4096),
  tmpMiB: z.number().int().positive().default(512),
});
export type SandboxConfig = z.infer<typeof SandboxConfig>;

export const RolesConfig = z.strictObject({
  planner: z.string().optional(),
  author: z.string().optional(),
  reviewer: z.array(z.string()).default([]),
});
export type RolesConfig = z.infer<typeof RolesConfig>;

const AgentChoice = z.string().min(1).max(100);
/** Who plays in one run instead of those that the files name: agents of either file or the catalogue. */
export const AskedRoles = z.strictObject({
  author: AgentChoice.optional(),
  reviewer: z.array(AgentChoice).min(1).max(20).optional(),
});
export type AskedRoles = z.infer<typeof AskedRoles>;

export const MergeConfig = z.strictObject({
  /** `target` moves the target branch; `branch` leaves a ready branch for the team's own way of merging. */
  to: z.enum(["target", "branch"]).optional(),
});

export const ReviewPolicy = z.strictObject({
  minForeignFamilies: z.number().int().min(1).max(3).default(1),
  /** What happens when no foreign reviewer is available. Never a silent fallback. */
  whenUnavailable: z.enum(["ask", "block"]).default("ask"),
});

export const LimitsConfig = z.strictObject({
  turnMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(60),
  /** A session with no message from the agent for this long is ended. */
  silenceMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(15),
});

/**
 * The first rule that matches a question of an agent answers it; what none matches is asked. In a
 * run's policy the user's rules come first, so a repository undoes none of them; and a repository's
 * `allow` for commands and fetches holds inside the sandbox only.
 */
export const PermissionRule = z.strictObject({
  /** ACP's kind of tool call. Absent: any. */
  tool: z
    .enum(["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "other"])
    .optional(),
  /** Glob over paths relative to the work tree; every path of the call must match. */
  path: z.string().optional(),
  /** Glob over the command line. */
  command: z.string().optional(),
  answer: z.enum(["ask", "allow", "deny"]),
  /** Absent in files. */
  from: Author.optional(),
});
export type PermissionRule = z.infer<typeof PermissionRule>;

/** An MCP server that agents are given, started inside the fence over standard streams; a repository's never outside it. */
export const McpServer = z.strictObject({
  command: z.array(z.string().min(1)).min(1),
  env: z.record(z.string(), z.string()).default({}),
  /** Absent in files. */
  from: Author.optional(),
});
export type McpServer = z.infer<typeof McpServer>;

/** Bounds of each run, and of all runs of a day (UTC) together. */
export const BudgetConfig = Budget.extend({ day: Budget.optional() });
export type BudgetConfig = z.infer<typeof BudgetConfig>;

export const ProjectConfig = z.strictObject({
  agents: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/u, "an agent name is lower-case words joined by -"),
      AgentConfig,
    )
    .default({}),
  roles: RolesConfig.prefault({}),
  checks: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/u, "a check name is lower-case words joined by -"),
      CheckConfig,
    )
    .default({}),
  recipe: RecipeConfig.prefault({}),
  sandbox: SandboxConfig.prefault({}),
  merge: MergeConfig.prefault({}),
  review: ReviewPolicy.prefault({}),
  limits: LimitsConfig.prefault({}),
  /** More globs that decide whether work is accepted; edits to them wait for a person. */
  protected: z.array(z.string()).default([]),
  workflow: z.string().optional(),
  budget: BudgetConfig.optional(),
  models: ModelPolicy.optional(),
  permissions: z.array(PermissionRule).optional(),
  mcp: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/u), McpServer).optional(),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;
