/** What a schema cannot see in the bounds of a run: models, permissions and servers. */
import type { ProjectConfig } from "@tutti/protocol";
import { quoteList } from "../documents/suggest.ts";
import { mergeModels } from "./policy.ts";
import type { ProjectFile } from "./project-file.ts";
import { checkEnvironment } from "./rules.ts";
import type { Complain } from "./rules.ts";
import type { UserConfig } from "./user.ts";

type Bounds = Pick<ProjectFile, "permissions" | "mcp">;

export const checkBounds = (
  { permissions, mcp }: Bounds,
  at: { readonly complain: Complain; readonly isShared: boolean },
): void => {
  for (const [index, rule] of (permissions ?? []).entries()) {
    checkPath(rule.path, ["permissions", index, "path"], at.complain);
    if (rule.command === "")
      at.complain(["permissions", index, "command"], {
        message: "An empty pattern matches no command.",
        mend: 'Write for example `command: "npm publish*"`, or remove the key.',
      });
    else if (rule.command !== undefined && (rule.tool ?? "execute") !== "execute")
      at.complain(["permissions", index, "command"], {
        message: `A call of the kind \`${rule.tool ?? ""}\` has no command, so the rule never matches.`,
        mend: "Write `tool: execute`, or leave `tool` out.",
      });
  }
  for (const [name, server] of Object.entries(mcp ?? {}))
    checkEnvironment(server.env, { path: ["mcp", name, "env"], ...at });
};

const checkPath = (
  path: string | undefined,
  at: readonly (string | number)[],
  complain: Complain,
): void => {
  if (path === undefined) return;
  if (path === "" || path.startsWith("/") || path.startsWith("~") || path.split("/").includes(".."))
    complain(at, {
      message: `\`${path}\` matches no file: paths are relative to the repository.`,
      mend: "Write for example `path: src/**`.",
    });
  else if (/[{[]/u.test(path))
    complain(at, {
      message: `\`${path}\` has brackets, which stand for themselves; only \`**\`, \`*\` and \`?\` are patterns.`,
      mend: "Write one rule for each of them.",
      level: "warning",
    });
};

/** What would be refused request by request is said before a run pays for it. */
export const checkModels = ({ roles, agents, models }: ProjectConfig, complain: Complain): void => {
  const allowed = models?.families ?? [];
  if (allowed.length === 0) return;
  const named = new Set([roles.planner, roles.author, ...roles.reviewer]);
  for (const name of named) {
    const family = name === undefined ? undefined : agents[name]?.family;
    if (family === undefined || allowed.includes(family)) continue;
    complain(["roles"], {
      message: `\`${name ?? ""}\` is of the family \`${family}\`, and \`models.families\` allows ${quoteList(allowed)}: its requests will be refused.`,
      mend: "Give the role to another agent, or allow the family.",
      level: "warning",
    });
  }
};

/** An empty list would allow everything, so two lists without a common entry are refused. */
export const checkConflicts = (
  user: UserConfig,
  project: ProjectFile,
  complain: Complain,
): void => {
  for (const key of mergeModels(user.models, project.models).conflicts)
    complain(["models", key], {
      message: `Nothing of \`models.${key}\` here is allowed by your own configuration, which allows ${quoteList(user.models?.[key] ?? [])}.`,
      mend: "Change one of the two lists so that they have something in common.",
    });
};
