/** The configuration of a run, from the texts of its two files. */
import { TuttiError } from "@tutti/protocol";
import type { ProjectConfig } from "@tutti/protocol";
import { formatProblem } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import type { CatalogAgent } from "./catalog.ts";
import { parseConfig, parseUserConfig } from "./parse.ts";
import type { ParsedUserConfig } from "./parse.ts";

/** Path of the configuration inside a repository. */
export const CONFIG_FILE = ".tutti/config.yaml";
/** Name of the user's file in the user's configuration folder. */
export const USER_CONFIG_FILE = "config.yaml";

export type ConfigText = { readonly file: string; readonly text: string };
export type OpenedConfig = {
  readonly config: ProjectConfig;
  readonly warnings: readonly Problem[];
};

/** TuttiError `config.missing` without a project file, `config.invalid` with every problem of a file. */
export const openConfig = (files: {
  readonly project: ConfigText | null;
  readonly user: ConfigText | null;
  readonly catalog?: readonly CatalogAgent[];
}): OpenedConfig => {
  if (files.project === null)
    throw new TuttiError(
      "config.missing",
      `There is no ${CONFIG_FILE} in the commit that the run starts from.`,
    );
  const { catalog = [] } = files;
  const user = files.user === null ? null : openUserConfig(files.user, catalog);
  const parsed = parseConfig(
    files.project.text,
    files.project.file,
    user === null ? { catalog } : { catalog, user: user.config },
  );
  if (parsed.kind === "invalid") throw refuse(parsed.problems);
  return { config: parsed.config, warnings: [...(user?.problems ?? []), ...parsed.problems] };
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

const refuse = (problems: readonly Problem[]): TuttiError =>
  new TuttiError("config.invalid", problems.map((problem) => formatProblem(problem)).join("\n"));
