/** The configuration of a run, from the texts of its two files. */
import { TuttiError } from "@tutti/protocol";
import type { AgentConfig, AskedRoles, ProjectConfig } from "@tutti/protocol";
import { formatProblem, NO_LINE } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import type { ReadHost } from "../platform/tool-places.ts";
import type { CatalogAgent } from "./catalog.ts";
import { parseConfig, parseUserConfig } from "./parse.ts";
import type { ParsedUserConfig } from "./parse.ts";
import { sourcesOf } from "./resolve.ts";
import { resolveAgent } from "./resolve-agent.ts";

/** Path of the configuration inside a repository. */
export const CONFIG_FILE = ".tutti/config.yaml";
/** Name of the user's file in the user's configuration folder. */
export const USER_CONFIG_FILE = "config.yaml";

export type ConfigText = { readonly file: string; readonly text: string };
export type OpenedConfig = {
  readonly config: ProjectConfig;
  readonly warnings: readonly Problem[];
};

/**
 * TuttiError `config.missing` without a project file, `config.invalid` with every problem of a file,
 * `usage` for what is wrong with the roles that were asked for.
 */
export const openConfig = (files: {
  readonly project: ConfigText | null;
  readonly user: ConfigText | null;
  readonly catalog?: readonly CatalogAgent[];
  readonly host?: ReadHost;
  readonly roles?: AskedRoles;
}): OpenedConfig => {
  if (files.project === null)
    throw new TuttiError(
      "config.missing",
      `There is no ${CONFIG_FILE} in the commit that the run starts from.`,
    );
  const { catalog = [], roles = {} } = files;
  const user = files.user === null ? null : openUserConfig(files.user, catalog);
  const parsed = parseConfig(files.project.text, files.project.file, {
    catalog,
    roles,
    ...(files.host === undefined ? {} : { host: files.host }),
    ...(user === null ? {} : { user: user.config }),
  });
  if (parsed.kind === "invalid") throw refuse(parsed.problems);
  return { config: parsed.config, warnings: [...(user?.problems ?? []), ...parsed.problems] };
};

/** An agent that the files define, or else one of the catalogue. TuttiError `config.invalid`, or `usage`. */
export const openAgent = (
  name: string,
  files: {
    readonly project: ConfigText;
    readonly user: ConfigText | null;
    readonly catalog: readonly CatalogAgent[];
    readonly host?: ReadHost;
  },
): { readonly config: ProjectConfig; readonly agent: AgentConfig } => {
  const { config } = openConfig(files);
  const known = config.agents[name];
  if (known !== undefined) return { config, agent: known };
  const problems: string[] = [];
  const user = files.user === null ? null : openUserConfig(files.user, files.catalog);
  const agent = resolveAgent(
    { agent: name },
    {
      path: [],
      isShared: true,
      sources: sourcesOf(files.catalog, user?.config.providers ?? {}),
      complain: (_, { message, mend }) => problems.push(`${message} ${mend}`),
    },
  );
  if (agent === null) throw new TuttiError("usage", problems.join(" "));
  return { config, agent };
};

/** TuttiError `config.invalid` with every problem of the user's file. */
export const openUserConfig = (
  { file, text }: ConfigText,
  catalog: readonly CatalogAgent[],
): Extract<ParsedUserConfig, { kind: "config" }> => {
  const parsed = parseUserConfig(text, file, { catalog });
  if (parsed.kind === "invalid") throw refuse(parsed.problems);
  return parsed;
};

/** What is wrong with an option is told by itself: the files may be in order. */
const refuse = (problems: readonly Problem[]): TuttiError => {
  const wrong = problems.filter(({ line, level }) => line === NO_LINE && level === "error");
  const [code, told] =
    wrong.length === 0 ? (["config.invalid", problems] as const) : (["usage", wrong] as const);
  return new TuttiError(code, told.map((problem) => formatProblem(problem)).join("\n"));
};
