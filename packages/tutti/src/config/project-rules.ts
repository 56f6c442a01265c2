/** What the daemon reads of configuration files: the rules of a run, the user's providers, the agents there are. */
import { readFile } from "node:fs/promises";
import type { ProjectConfig, ProviderConfig } from "@tutti/protocol";
import { formatProblem } from "../documents/problem.ts";
import type { ProjectRules } from "../engine/ports/rules.ts";
import type { ReadHost } from "../platform/tool-places.ts";
import type { CatalogAgent } from "./catalog.ts";
import { CONFIG_FILE, openAgent, openConfig, openUserConfig } from "./open.ts";
import { NO_USER, parseConfig, parseUserConfig } from "./parse.ts";
import type { ConfigText } from "./open.ts";

/** `userFile`: the user's own configuration; it need not exist. It is read anew for every run. */
export const configRules = (options: {
  readonly userFile: string;
  readonly host: ReadHost;
  readonly catalog?: readonly CatalogAgent[];
}): Pick<ProjectRules, "config" | "agent"> => ({
  agent: async (name, read) => {
    const { catalog = [], host } = options;
    const [text, user] = await Promise.all([read(CONFIG_FILE), readIfThere(options.userFile)]);
    const project = { file: CONFIG_FILE, text: text ?? "" };
    return openAgent(name, { project, user, catalog, host });
  },
  config: async (read, roles) => {
    const [text, user] = await Promise.all([read(CONFIG_FILE), readIfThere(options.userFile)]);
    const project = text === null ? null : { file: CONFIG_FILE, text };
    const { config, warnings } = openConfig({
      project,
      user,
      catalog: options.catalog ?? [],
      host: options.host,
      ...(roles === undefined ? {} : { roles }),
    });
    return { config, warnings: warnings.map((warning) => formatProblem(warning)) };
  },
});

/** Providers of the user's file as it is now. TuttiError `config.invalid`. */
export const userProviders =
  (userFile: string, catalog: readonly CatalogAgent[]) =>
  async (): Promise<Readonly<Record<string, ProviderConfig>>> => {
    const user = await readIfThere(userFile);
    return user === null ? {} : openUserConfig(user, catalog).config.providers;
  };

export type ConfiguredAgents = Pick<ProjectConfig, "agents" | "roles"> & {
  /** Names that the user's file defines. */
  readonly ofUser: readonly string[];
  /** What the fence shows of this machine. */
  readonly read: readonly string[];
  readonly problems: readonly string[];
};

/** Agents of both files as they are now; what is wrong is told, and the rest is left out. */
export const configuredAgents = async (files: {
  readonly user: string;
  readonly project: string | null;
  readonly catalog: readonly CatalogAgent[];
  readonly host: ReadHost;
}): Promise<ConfiguredAgents> => {
  const { catalog, host } = files;
  const userText = await readIfThere(files.user);
  const projectText = files.project === null ? null : await readIfThere(files.project);
  // Without a file there is nothing to say, as in an empty one.
  const user = parseUserConfig(userText?.text ?? "", files.user, { catalog });
  const mine = user.kind === "config" ? user : { ...NOBODY, problems: user.problems };
  const project = parseConfig(projectText?.text ?? "", CONFIG_FILE, {
    catalog,
    host,
    user: mine.config,
  });
  const { agents, roles, sandbox } =
    project.kind === "config"
      ? project.config
      : { agents: mine.agents, roles: { reviewer: [] }, sandbox: mine.config.sandbox };
  return {
    agents,
    roles,
    ofUser: Object.keys(mine.agents),
    read: sandbox.read,
    problems: [...mine.problems, ...project.problems]
      .filter(({ level }) => level === "error")
      .map((one) => formatProblem(one)),
  };
};

const NOBODY = { config: NO_USER, agents: {} };

const readIfThere = async (file: string): Promise<ConfigText | null> => {
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
};
