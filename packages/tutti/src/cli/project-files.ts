/** The project's own files as they are in the work tree now, examined before they are committed. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { DEFAULT_WORKFLOW, type ProjectConfig } from "@tutti/protocol";
import { CONFIG_FILE, USER_CONFIG_FILE } from "../config/open.ts";
import { parseConfig, parseUserConfig } from "../config/parse.ts";
import { hasErrors, type Problem } from "../documents/problem.ts";
import { readHost } from "../platform/tool-places.ts";
import { readWorkflow } from "../workflows/lint.ts";
import {
  builtInPlace,
  folderPlace,
  PROJECT_WORKFLOWS,
  resolveWorkflow,
  type WorkflowPlace,
} from "../workflows/resolve.ts";
import type { Cli } from "./cli.ts";
import { projectRoot } from "./project-root.ts";

/** Throws `repository.none`. */
export function requireProject(cli: Cli): string {
  const root = projectRoot(cli.deps.cwd);
  if (root !== null) return root;
  throw new TuttiError("repository.none", `${cli.deps.cwd} is not inside a git repository.`);
}

/** Nearest first: the project's, the user's, the built-in ones. */
export function workflowPlaces(cli: Cli): readonly WorkflowPlace[] {
  const root = projectRoot(cli.deps.cwd);
  const own = root === null ? [] : [folderPlace("project", join(root, PROJECT_WORKFLOWS))];
  return [...own, folderPlace("user", join(cli.deps.folders.config, "workflows")), builtInPlace()];
}

export type ConfigReport = {
  /** Relative to the project. */
  readonly file: string;
  readonly isThere: boolean;
  /** `null` when it is not there or invalid. */
  readonly config: ProjectConfig | null;
  readonly problems: readonly Problem[];
};

export async function examineConfig(cli: Cli, root: string): Promise<ConfigReport> {
  const catalog = await cli.deps.catalog();
  const userPath = join(cli.deps.folders.config, USER_CONFIG_FILE);
  const user = existsSync(userPath)
    ? parseUserConfig(readFileSync(userPath, "utf8"), userPath, { catalog })
    : null;
  const userProblems = user?.problems ?? [];
  const path = join(root, CONFIG_FILE);
  if (!existsSync(path)) {
    return { file: CONFIG_FILE, isThere: false, config: null, problems: userProblems };
  }
  const known = { catalog, host: readHost(cli.deps.env) };
  const options = user?.kind === "config" ? { ...known, user: user.config } : known;
  const parsed = parseConfig(readFileSync(path, "utf8"), CONFIG_FILE, options);
  return {
    file: CONFIG_FILE,
    isThere: true,
    config: parsed.kind === "config" ? parsed.config : null,
    problems: [...userProblems, ...parsed.problems],
  };
}

/** Problems of every workflow file of the project. */
export async function examineWorkflows(
  root: string,
  config: ProjectConfig | null,
): Promise<{ readonly files: readonly string[]; readonly problems: readonly Problem[] }> {
  const place = folderPlace("project", join(root, PROJECT_WORKFLOWS));
  const names = (await place.list()).filter((name) => name.endsWith(".md")).toSorted();
  const problems: Problem[] = [];
  for (const name of names) {
    const text = await place.read(name);
    const file = `${PROJECT_WORKFLOWS}/${name}`;
    if (text !== null) problems.push(...examineWorkflow(text, file, config));
  }
  return { files: names.map((name) => `${PROJECT_WORKFLOWS}/${name}`), problems };
}

/** What keeps the workflow of a run that names none from starting; the project's own files are examined anyway. */
export async function examineDefault(
  places: readonly WorkflowPlace[],
  config: ProjectConfig,
): Promise<readonly Problem[]> {
  const found = await resolveWorkflow(config.workflow ?? DEFAULT_WORKFLOW, places);
  if (found === null || found.origin === "project") return [];
  const problems = examineWorkflow(found.text, found.file, config);
  return problems.filter((problem) => hasErrors([problem]));
}

export const examineWorkflow = (
  text: string,
  file: string,
  config: ProjectConfig | null,
): readonly Problem[] =>
  readWorkflow(text, { file, ...(config === null ? {} : { config }) }).problems;

/** As a person would name it from where they are. */
export const shown = (cli: Cli, path: string): string => {
  const short = relative(cli.deps.cwd, path);
  return short === "" || short.startsWith("..") ? path : short;
};
