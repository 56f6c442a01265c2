/** Reads `.tutti/config.yaml` and the user's own file. What is wrong names file, line and mend. */
import { ProjectConfig } from "@tutti/protocol";
import type { AgentConfig } from "@tutti/protocol";
import type { z } from "zod";
import { readBySchema } from "../documents/explain.ts";
import type { Read } from "../documents/explain.ts";
import { hasErrors, sortProblems } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import { readYaml } from "../documents/yaml-document.ts";
import type { Path, YamlDocument } from "../documents/yaml-document.ts";
import { mergeConfig } from "./merge.ts";
import {
  checkChecks,
  checkEgress,
  checkEnvironment,
  checkRecipe,
  checkRivals,
  checkRoles,
  checkSandbox,
} from "./rules.ts";
import type { Complain } from "./rules.ts";
import { UserConfig } from "./user.ts";

export type ParsedConfig =
  | {
      readonly kind: "config";
      /** The effective rules: the user's configuration is merged in where one was given. */
      readonly config: ProjectConfig;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

export type ParsedUserConfig =
  | { readonly kind: "config"; readonly config: UserConfig; readonly problems: readonly Problem[] }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

const NO_USER: UserConfig = UserConfig.parse({});

/** Problems of a parsed configuration are warnings. `file` is only named in messages. */
export const parseConfig = (
  text: string,
  file: string,
  options: { readonly user?: UserConfig } = {},
): ParsedConfig => {
  const read = readFile(ProjectConfig, text, file);
  if (read.kind === "invalid") return read;
  const { data: project, document } = read;
  const config = mergeConfig(options.user ?? NO_USER, project, givenKeys(document.data));
  const problems: Problem[] = [];
  const complain = complainAbout(document, problems);
  checkAgents(project.agents, { complain, isShared: true });
  checkRoles(config, complain);
  checkRivals(config, complain);
  checkChecks(project, complain);
  checkRecipe(project, complain);
  checkSandbox(project.sandbox.read, complain);
  checkEgress(project.recipe.egress, { path: ["recipe", "egress"], complain });
  checkEnvironment(project.recipe.env, { path: ["recipe", "env"], complain, isShared: true });
  for (const [name, check] of Object.entries(project.checks))
    checkEnvironment(check.env, { path: ["checks", name, "env"], complain, isShared: true });
  warnOfShadowed(project, { user: options.user ?? NO_USER, complain });
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { kind: "invalid", problems: sorted }
    : { kind: "config", config, problems: sorted };
};

export const parseUserConfig = (text: string, file: string): ParsedUserConfig => {
  const read = readFile(UserConfig, text, file);
  if (read.kind === "invalid") return read;
  const problems: Problem[] = [];
  const complain = complainAbout(read.document, problems);
  checkAgents(read.data.agents, { complain, isShared: false });
  checkSandbox(read.data.sandbox.read, complain);
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { kind: "invalid", problems: sorted }
    : { kind: "config", config: read.data, problems: sorted };
};

type ReadFile<Data> =
  | { readonly kind: "data"; readonly data: Data; readonly document: YamlDocument }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

const readFile = <Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): ReadFile<z.output<Schema>> => {
  const yaml = readYaml(text, { file });
  if (yaml.kind === "unreadable") return { kind: "invalid", problems: yaml.problems };
  // A file of comments only is an empty configuration.
  const document: YamlDocument = { ...yaml.document, data: yaml.document.data ?? {} };
  const read: Read<z.output<Schema>> = readBySchema(schema, document);
  const bare = bareDurations(document);
  if (read.kind === "invalid" || bare.length > 0) {
    const others = read.kind === "invalid" ? read.problems : [];
    return { kind: "invalid", problems: sortProblems([...others, ...bare]) };
  }
  return { kind: "data", data: read.data, document };
};

const complainAbout =
  (document: YamlDocument, problems: Problem[]): Complain =>
  (path, words) => {
    problems.push({
      file: document.file,
      line: document.lineOf(path),
      message: words.message,
      mend: words.mend,
      level: words.level ?? "error",
    });
  };

const checkAgents = (
  agents: Readonly<Record<string, AgentConfig>>,
  at: { readonly complain: Complain; readonly isShared: boolean },
): void => {
  for (const [name, agent] of Object.entries(agents)) {
    checkEgress(agent.egress, { path: ["agents", name, "egress"], complain: at.complain });
    checkEnvironment(agent.env, { path: ["agents", name, "env"], ...at });
  }
};

const warnOfShadowed = (
  project: ProjectConfig,
  at: { readonly user: UserConfig; readonly complain: Complain },
): void => {
  for (const name of Object.keys(project.agents)) {
    if (!Object.hasOwn(at.user.agents, name)) continue;
    at.complain(["agents", name], {
      message: `\`${name}\` is defined in your own configuration too, and that one is used.`,
      mend: "Rename one of them if they are not the same agent.",
      level: "warning",
    });
  }
};

/** A stored policy holds milliseconds; in a file a number without a unit would be a guess. */
const bareDurations = (document: YamlDocument): Problem[] =>
  leavesOf(document.data)
    .filter(({ path, value }) => typeof value === "number" && isDuration(path))
    .map(({ path, value }) => ({
      file: document.file,
      line: document.lineOf(path),
      message: `\`${path.join(".")}\` is ${String(value)}, without a unit.`,
      mend: `Write \`${String(value)}s\` for seconds, or use ms, m or h.`,
      level: "error",
    }));

const isDuration = (path: Path): boolean =>
  (path[0] === "checks" && path.length === 3 && path[2] === "timeout") ||
  (path[0] === "recipe" && path.length === 2 && path[1] === "setupTimeout");

/** Dotted paths of all keys of a file. */
const givenKeys = (data: unknown): ReadonlySet<string> =>
  new Set(leavesOf(data).map(({ path }) => path.join(".")));

/** Every value that is not a block of keys, with its path. */
const leavesOf = (
  data: unknown,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly value: unknown }[] =>
  typeof data === "object" && data !== null && !Array.isArray(data)
    ? Object.entries(data).flatMap(([key, value]) => leavesOf(value, [...path, key]))
    : [{ path, value: data }];
