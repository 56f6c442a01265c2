/** What a schema cannot see in a configuration: names that must exist, paths that must stay put. */
import type { ProjectConfig } from "@tutti/protocol";
import type { Problem } from "../documents/problem.ts";
import type { Path } from "../documents/yaml-document.ts";
import type { AgentFile } from "./agent-file.ts";
import { refuseReadPath } from "../platform/shown-path.ts";
import { isLocalHost } from "../platform/local-address.ts";
import { refuseProjectPath } from "./project-path.ts";

export type Complain = (
  path: Path,
  words: { readonly message: string; readonly mend: string; readonly level?: Problem["level"] },
) => void;

/** A review only counts by another family; what is missing for that is said before a run pays for it. */
export const checkRivals = (config: ProjectConfig, complain: Complain): void => {
  const { author, reviewer } = config.roles;
  const mine = author === undefined ? undefined : config.agents[author]?.family;
  if (author === undefined) {
    complain(["roles"], {
      message: "No agent has the role of the author.",
      mend: "Add `roles: { author: AGENT, reviewer: [AGENT OF ANOTHER FAMILY] }`.",
      level: "warning",
    });
    return;
  }
  if (mine === undefined) return;
  const families = reviewer.flatMap((agent) => config.agents[agent]?.family ?? []);
  const foreign = new Set(families.filter((family) => family !== mine));
  const { minForeignFamilies } = config.review;
  if (foreign.size >= minForeignFamilies) return;
  const are = foreign.size === 1 ? "one is" : `${foreign.size === 0 ? "none" : foreign.size} are`;
  complain(["roles", "reviewer"], {
    message: `Reviewers of ${minForeignFamilies} other famil${minForeignFamilies === 1 ? "y" : "ies"} than the author's (${mine}) are asked for, and ${are} there: reviews will be degraded and wait for a person.`,
    mend: "Name an agent of another family under `roles.reviewer`.",
    level: "warning",
  });
};

export const checkChecks = (config: Pick<ProjectConfig, "checks">, complain: Complain): void => {
  if (Object.keys(config.checks).length === 0) {
    complain(["checks"], {
      message: "No check is configured, so nothing can pass.",
      mend: 'Add one: `checks: { test: { run: "npm test" } }`.',
      level: "warning",
    });
  }
  for (const [name, check] of Object.entries(config.checks)) {
    const path = ["checks", name, "reportFile"];
    if (check.reportFile !== undefined) inProject(path, check.reportFile, complain);
    if (check.reportFile === undefined && check.report === "junit") {
      complain(["checks", name, "report"], {
        message: `\`checks.${name}\` reads a JUnit report and does not say where it is.`,
        mend: "Add `reportFile: PATH`, relative to the repository.",
      });
    }
    if (check.timeout === 0)
      complain(["checks", name, "timeout"], {
        message: "A time-out of nothing lets no check end.",
        mend: "Write for example `10m`.",
      });
  }
};

export const checkRecipe = (config: Pick<ProjectConfig, "recipe">, complain: Complain): void => {
  const { recipe } = config;
  for (const key of ["dependencies", "copy", "link"] as const)
    for (const [index, path] of recipe[key].entries())
      inProject(["recipe", key, index], path, complain);
  const hasFolders = recipe.dependencies.length > 0;
  if (recipe.setup !== undefined && !hasFolders) {
    complain(["recipe", "setup"], {
      message: "Set-up runs in a workspace of its own, and no folder is named that it fills.",
      mend: "Add `dependencies: [node_modules]` or the folder that it makes.",
      level: "warning",
    });
  }
};

const inProject = (path: Path, value: string, complain: Complain): void => {
  const reason = refuseProjectPath(value);
  if (reason !== null)
    complain(path, {
      message: `\`${value}\` ${reason}.`,
      mend: "Name a path inside the repository.",
    });
};

export const checkSandbox = (read: readonly string[], complain: Complain): void => {
  for (const [index, value] of read.entries()) {
    const reason = refuseReadPath(value);
    if (reason === null) continue;
    complain(["sandbox", "read", index], {
      message: `\`${value}\` ${reason}.`,
      mend: "Name the folder of one toolchain or agent, such as `~/.nvm/versions/node/v24.0.0`.",
    });
  }
};

const PORT_MAX = 65_535;

export const checkEgress = (
  entries: readonly string[],
  at: { readonly path: Path; readonly complain: Complain; readonly isShared: boolean },
): void => {
  for (const [index, entry] of entries.entries()) {
    const colon = entry.lastIndexOf(":");
    if (at.isShared && isLocalHost(entry.slice(0, colon)))
      at.complain([...at.path, index], {
        message: `\`${entry}\` leads to your machine or into your network, and a repository must not say that.`,
        mend: "If you want that, define the agent with this host in your own configuration (~/.config/tutti/config.yaml).",
      });
    const port = Number(entry.slice(colon + 1));
    if (port >= 1 && port <= PORT_MAX) continue;
    at.complain([...at.path, index], {
      message: `\`${entry}\` has no valid port.`,
      mend: `Use a port from 1 to ${PORT_MAX}.`,
    });
  }
};

export const checkEnvironment = (
  env: Readonly<Record<string, string>>,
  at: { readonly path: Path; readonly complain: Complain; readonly isShared: boolean },
): void => {
  for (const [name, value] of Object.entries(env)) {
    const path = [...at.path, name];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name))
      at.complain(path, {
        message: `\`${name}\` cannot be the name of an environment variable.`,
        mend: "Use letters, digits and `_`.",
      });
    else if (name.startsWith("TUTTI_"))
      at.complain(path, {
        message: `\`${name}\` is set by Tutti itself.`,
        mend: "Choose another name.",
      });
    else if (at.isShared && value !== "" && /(?:_KEY|_TOKEN|_SECRET|PASSWORD)$/iu.test(name))
      at.complain(path, {
        message: `\`${name}\` looks like a secret, and this file is committed.`,
        mend: "Define the agent in your own configuration instead.",
        level: "warning",
      });
  }
};

export const checkAgents = (
  agents: Readonly<Record<string, AgentFile>>,
  at: {
    readonly complain: Complain;
    readonly isShared: boolean;
    /** Names of the catalogue's agents. */
    readonly catalogued: readonly string[];
  },
): void => {
  for (const [name, agent] of Object.entries(agents)) {
    checkEnvironment(agent.env ?? {}, { path: ["agents", name, "env"], ...at });
    if (at.catalogued.includes(name) && agent.agent !== name)
      at.complain(["agents", name], {
        message: `\`${name}\` is an agent of the catalogue too, and the one defined here is used.`,
        mend: `Rename it if that is not meant, or base it on the catalogue's with \`agent: ${name}\`.`,
        level: "warning",
      });
  }
};
