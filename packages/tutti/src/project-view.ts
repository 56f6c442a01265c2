/** A project before a task is started in it: its branches, and its rules and workflows as they are committed. */
import { join } from "node:path";
import {
  DEFAULT_WORKFLOW,
  type ProjectConfig,
  type ProjectView,
  TuttiError,
  type WorkflowLine,
} from "@tutti/protocol";
import { formatProblem } from "./documents/problem.ts";
import type { ProjectRules, ReadFile } from "./engine/ports/rules.ts";
import type { Repositories } from "./engine/ports/workspaces.ts";
import { projectIdOf } from "./engine/start-run.ts";
import { readWorkflow } from "./workflows/lint.ts";
import {
  builtInPlace,
  folderPlace,
  type FoundWorkflow,
  listWorkflows,
  PROJECT_WORKFLOWS,
  type WorkflowPlace,
} from "./workflows/resolve.ts";

export type ProjectViewOptions = {
  readonly repositories: Repositories;
  readonly rules: Pick<ProjectRules, "config">;
  /** The user's own configuration folder; it need not exist. */
  readonly userFolder: string;
};

/** Throws TuttiError `repository.*`. What is wrong with the project's files is told, not thrown. */
export const createProjectView =
  ({ repositories, rules, userFolder }: ProjectViewOptions) =>
  async (path: string): Promise<ProjectView> => {
    const { root, branch } = await repositories.open(path);
    const ref = branch === null ? "HEAD" : `refs/heads/${branch}`;
    const { commit } = await repositories.resolve(root, ref);
    const read: ReadFile = (file) => repositories.readFile(root, commit, file);
    const { config, problems, warnings } = await configOf(rules, read);
    const found = await listWorkflows([
      committedPlace(read, () => repositories.listFiles(root, commit, PROJECT_WORKFLOWS)),
      folderPlace("user", join(userFolder, "workflows")),
      builtInPlace(),
    ]);
    return {
      id: projectIdOf(root),
      root,
      branches: [...(await repositories.branches(root))],
      branch,
      target: branch,
      commit,
      workflow: config?.workflow ?? DEFAULT_WORKFLOW,
      workflows: found.map((one) => lineOf(one, config)),
      rules: config === null ? null : rulesOf(config),
      problems,
      warnings,
    };
  };

type Configured = {
  readonly config: ProjectConfig | null;
  readonly problems: string[];
  readonly warnings: string[];
};

const configOf = async (
  rules: ProjectViewOptions["rules"],
  read: ReadFile,
): Promise<Configured> => {
  try {
    const { config, warnings } = await rules.config(read);
    return { config, problems: [], warnings: [...warnings] };
  } catch (error) {
    if (!(error instanceof TuttiError) || !error.code.startsWith("config.")) throw error;
    return { config: null, problems: error.message.split("\n"), warnings: [] };
  }
};

const committedPlace = (read: ReadFile, list: () => Promise<readonly string[]>): WorkflowPlace => ({
  origin: "project",
  folder: PROJECT_WORKFLOWS,
  read: (fileName) => read(`${PROJECT_WORKFLOWS}/${fileName}`),
  list: async () => {
    const below = `${PROJECT_WORKFLOWS}/`;
    const names = (await list()).map((file) => file.slice(below.length));
    return names.filter((name) => !name.includes("/"));
  },
});

const lineOf = (
  { name, origin, file, text }: FoundWorkflow,
  config: ProjectConfig | null,
): WorkflowLine => {
  const read = readWorkflow(text, { file, ...(config === null ? {} : { config }) });
  const workflow = read.kind === "invalid" ? null : read.workflow;
  const steps = (workflow?.steps ?? []).map(({ id, kind, stage, needs }) => {
    return { id, kind, stage: stage ?? null, needs: [...needs] };
  });
  return {
    name,
    title: /^# +(.+)$/mu.exec(text)?.[1]?.trim() ?? name,
    description: workflow?.description ?? "",
    origin,
    file,
    stages: [...new Set(steps.flatMap(({ stage }) => (stage === null ? [] : [stage])))],
    waives: workflow?.waives ?? {},
    steps,
    problems: read.problems.map((problem) => formatProblem(problem)),
    isValid: workflow !== null,
  };
};

const rulesOf = (config: ProjectConfig): NonNullable<ProjectView["rules"]> => {
  const { agents, roles, checks, recipe, merge, review, limits, budget, models } = config;
  // Variables of an environment stay where they are: some of them are no one's business.
  const { env: _env, ...shownRecipe } = recipe;
  return {
    agents: mapValues(agents, ({ family, model, command }) => {
      return { family, command, ...(model === undefined ? {} : { model }) };
    }),
    roles,
    checks: mapValues(checks, ({ env: _variables, ...check }) => check),
    recipe: shownRecipe,
    merge,
    review,
    limits,
    protected: config.protected,
    permissions: config.permissions ?? [],
    budget: budget ?? null,
    models: models ?? null,
  };
};

const mapValues = <Value, Other>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Other,
): Record<string, Other> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
