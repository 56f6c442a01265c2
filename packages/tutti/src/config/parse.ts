/** Reads `.tutti/config.yaml` and the user's own file. What is wrong names file, line and mend. */
import type { AgentConfig, AskedRoles, ProjectConfig } from "@tutti/protocol";
import type { z } from "zod";
import { readBySchema } from "../documents/explain.ts";
import type { Read } from "../documents/explain.ts";
import { hasErrors, NO_LINE, sortProblems } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import { readYaml } from "../documents/yaml-document.ts";
import type { Path, YamlDocument } from "../documents/yaml-document.ts";
import type { RolesFile } from "./agent-file.ts";
import { refuseReadPath } from "../platform/shown-path.ts";
import type { ReadHost } from "../platform/tool-places.ts";
import { checkAgreed } from "./agreed-folders.ts";
import type { CatalogAgent } from "./catalog.ts";
import { checkBounds, checkConflicts, checkModels } from "./bounds.ts";
import { mergeConfig } from "./merge.ts";
import type { Sides } from "./merge.ts";
import { ProjectFile } from "./project-file.ts";
import { resolveBoth, sourcesOf } from "./resolve.ts";
import { resolveAgents } from "./resolve-agent.ts";
import {
  checkAgents,
  checkChecks,
  checkEgress,
  checkEnvironment,
  checkRecipe,
  checkRivals,
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
  | {
      readonly kind: "config";
      readonly config: UserConfig;
      /** Its agents, resolved. */
      readonly agents: Readonly<Record<string, AgentConfig>>;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

export const NO_USER: UserConfig = UserConfig.parse({});

export type Known = {
  readonly catalog?: readonly CatalogAgent[];
  /** Where paths are looked at; absent, they are judged as they are written. */
  readonly host?: ReadHost;
};

const namesOf = ({ catalog = [] }: Known): string[] => catalog.map(({ id }) => id);

/** Problems of a parsed configuration are warnings. `file` is only named in messages. */
export const parseConfig = (
  text: string,
  file: string,
  options: Known & {
    readonly user?: UserConfig;
    /** Asked for by a person for one run; they go before those of the files. */
    readonly roles?: AskedRoles;
  } = {},
): ParsedConfig => {
  const read = readFile(ProjectFile, text, { file, refuse: refuseProviders });
  if (read.kind === "invalid") return read;
  const { data: project, document } = read;
  const user = options.user ?? NO_USER;
  const problems: Problem[] = [];
  const asked = rolesOf(options.roles);
  const complain = complainAbout(document, problems, Object.keys(asked));
  const sides: Sides = { user, project, given: givenKeys(document.data) };
  const merged = mergeConfig(sides);
  const scene = { sources: sourcesOf(options.catalog ?? [], user.providers), complain };
  const config = { ...merged, ...resolveBoth(sides, { ...merged.roles, ...asked }, scene) };
  checkAgents(project.agents, { complain, isShared: true, catalogued: namesOf(options) });
  checkRivals(config, complain);
  checkModels(config, complain);
  checkConflicts(user, project, complain);
  checkChecks(project, complain);
  checkRecipe(project, complain);
  checkSandbox(project.sandbox.read, complain);
  checkAgreed(project.sandbox.read, {
    user: user.sandbox.read,
    host: options.host,
    refuses: (entry) => refuseReadPath(entry) !== null,
    complain,
  });
  checkEgress(project.recipe.egress, { path: ["recipe", "egress"], complain, isShared: true });
  checkEnvironment(project.recipe.env, { path: ["recipe", "env"], complain, isShared: true });
  for (const [name, check] of Object.entries(project.checks))
    checkEnvironment(check.env, { path: ["checks", name, "env"], complain, isShared: true });
  checkBounds(project, { complain, isShared: true });
  warnOfShadowed(project, { user, complain });
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { kind: "invalid", problems: sorted }
    : { kind: "config", config, problems: sorted };
};

export const parseUserConfig = (
  text: string,
  file: string,
  options: Known = {},
): ParsedUserConfig => {
  const read = readFile(UserConfig, text, { file });
  if (read.kind === "invalid") return read;
  const { data: user, document } = read;
  const problems: Problem[] = [];
  const complain = complainAbout(document, problems);
  const sources = sourcesOf(options.catalog ?? [], user.providers);
  const agents = resolveAgents(user.agents, { sources, complain, isShared: false });
  checkAgents(user.agents, { complain, isShared: false, catalogued: namesOf(options) });
  checkBounds(user, { complain, isShared: false });
  checkSandbox(user.sandbox.read, complain);
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { kind: "invalid", problems: sorted }
    : { kind: "config", config: user, agents, problems: sorted };
};

type ReadFile<Data> =
  | { readonly kind: "data"; readonly data: Data; readonly document: YamlDocument }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

type Refuse = (document: YamlDocument) => Problem[];

/** `refuse`: what has words of its own; the schema is not asked then. */
const readFile = <Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  { file, refuse }: { readonly file: string; readonly refuse?: Refuse },
): ReadFile<z.output<Schema>> => {
  const yaml = readYaml(text, { file });
  if (yaml.kind === "unreadable") return { kind: "invalid", problems: yaml.problems };
  // A file of comments only is an empty configuration.
  const document: YamlDocument = { ...yaml.document, data: yaml.document.data ?? {} };
  const refused = refuse?.(document) ?? [];
  if (refused.length > 0) return { kind: "invalid", problems: refused };
  const read: Read<z.output<Schema>> = readBySchema(schema, document);
  const bare = bareDurations(document);
  if (read.kind === "invalid" || bare.length > 0) {
    const others = read.kind === "invalid" ? read.problems : [];
    return { kind: "invalid", problems: sortProblems([...others, ...bare]) };
  }
  return { kind: "data", data: read.data, document };
};

/** Without the keys that say nothing. */
const rolesOf = ({ author, reviewer }: AskedRoles = {}): RolesFile => ({
  ...(author === undefined ? {} : { author }),
  ...(reviewer === undefined ? {} : { reviewer }),
});

/** `asked`: roles that an option of the command gave. */
const complainAbout =
  (document: YamlDocument, problems: Problem[], asked: readonly string[] = []): Complain =>
  (path, words) => {
    const [block, role = ""] = path.map(String);
    const isOption = block === "roles" && asked.includes(role);
    problems.push({
      file: isOption ? `--${role}` : document.file,
      line: isOption ? NO_LINE : document.lineOf(path),
      message: words.message,
      mend: words.mend,
      level: words.level ?? "error",
    });
  };

const refuseProviders: Refuse = ({ data, file, lineOf }) =>
  typeof data === "object" && data !== null && Object.hasOwn(data, "providers")
    ? [
        {
          file,
          line: lineOf(["providers"]),
          message:
            "A repository must not say where your keys are sent, so `providers` is not a key of this file.",
          mend: "Move it into your own configuration (~/.config/tutti/config.yaml).",
          level: "error",
        },
      ]
    : [];

const warnOfShadowed = (
  project: ProjectFile,
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
