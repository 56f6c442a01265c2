/**
 * Roles → names of agents. A role may name an agent of either file or of the catalogue, or describe
 * one on the spot; what it describes becomes an agent with a name of its own, which says what it is.
 */
import type { AgentConfig, RolesConfig } from "@tutti/protocol";
import { hashOf } from "../domain/hash.ts";
import { suggest } from "../documents/suggest.ts";
import type { Path } from "../documents/yaml-document.ts";
import type { AgentFile, RoleFile, RolesFile } from "./agent-file.ts";
import { checkEffort, resolveAgent, servedFamily } from "./resolve-agent.ts";
import type { At } from "./resolve-agent.ts";

type Agents = Readonly<Record<string, AgentConfig>>;
export type Resolved = { readonly agents: Agents; readonly roles: RolesConfig };

/** `agents`: those of both files, resolved. `isShared` of a role: whose file it stands in. */
export const resolveRoles = (
  roles: RolesFile,
  scene: Omit<At, "path" | "isShared"> & {
    readonly agents: Agents;
    /** Also those that could not be resolved: they were complained of once. */
    readonly known: readonly string[];
    readonly isShared: (role: keyof RolesFile) => boolean;
  },
): Resolved => {
  const agents: Record<string, AgentConfig> = { ...scene.agents };
  const nameFor = (role: RoleFile | undefined, path: Path): string | undefined => {
    if (role === undefined) return undefined;
    const at: At = { ...scene, path, isShared: scene.isShared(keyOf(path)) };
    const inner: Scene = { agents, known: scene.known, at };
    return typeof role === "string" ? named(role, inner) : described(role, inner);
  };
  const planner = nameFor(roles.planner, ["roles", "planner"]);
  const author = nameFor(roles.author, ["roles", "author"]);
  const reviewer = (roles.reviewer ?? []).flatMap(
    (role, index) => nameFor(role, ["roles", "reviewer", index]) ?? [],
  );
  checkTools(author, { agents, complain: scene.complain });
  return {
    agents,
    roles: {
      ...(planner === undefined ? {} : { planner }),
      ...(author === undefined ? {} : { author }),
      reviewer,
    },
  };
};

const keyOf = (path: Path): keyof RolesFile => {
  const [, key] = path;
  return key === "planner" || key === "author" ? key : "reviewer";
};

type Scene = {
  /** Grows by what roles name and describe. */
  readonly agents: Record<string, AgentConfig>;
  readonly known: readonly string[];
  readonly at: At;
};

const named = (name: string, { agents, known, at }: Scene): string | undefined => {
  if (Object.hasOwn(agents, name)) return name;
  if (known.includes(name)) return undefined;
  const ids = at.sources.catalog.map(({ id }) => id);
  if (!ids.includes(name)) {
    at.complain(at.path, {
      message: `\`${name}\` is not an agent.`,
      mend:
        suggest(name, [...known, ...ids]) ||
        "Define it under `agents:`, here or in your own configuration.",
    });
    return undefined;
  }
  const agent = resolveAgent({ agent: name }, at);
  if (agent === null) return undefined;
  agents[name] = agent;
  return name;
};

const described = (file: AgentFile, scene: Scene): string | undefined => {
  const base = file.agent !== undefined && scene.known.includes(file.agent) ? file.agent : null;
  const agent = base === null ? resolveAgent(file, scene.at) : variantOf(base, file, scene);
  if (agent === null) return undefined;
  const name = freeName(readableName(file), agent, scene);
  scene.agents[name] = agent;
  return name;
};

/**
 * A configured agent with another model or effort. Nothing else: a repository must not put a command
 * or an environment of its own in front of what the user gave an agent.
 */
const variantOf = (base: string, file: AgentFile, { agents, at }: Scene): AgentConfig | null => {
  const { agent: _, model, effort, ...others } = file;
  const [key] = Object.entries(others).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (key !== undefined) {
    at.complain([...at.path, key], {
      message: `Only \`model\` and \`effort\` of \`${base}\` can be changed here, not \`${key}\`.`,
      mend: "Change the others where the agent is defined, or define another one.",
    });
    return null;
  }
  const agent = agents[base];
  if (agent === undefined) return null;
  checkEffort({ effort, api: agent.api }, at);
  // Another model may be another family's, whatever the agent was said to be.
  const family =
    model === undefined ? null : servedFamily({ model, provider: agent.provider }, at.sources);
  return {
    ...agent,
    ...(family === null ? {} : { family }),
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
  };
};

/** What it is, its model and its effort: `claude-code-opus-high`. */
const readableName = ({ agent, api, command, model, effort }: AgentFile): string => {
  const what = agent ?? api ?? command?.[0]?.split("/").at(-1) ?? "agent";
  const name = [what, model, effort]
    .filter((part) => part !== undefined)
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^[^a-z]+|-+$/gu, "");
  return name === "" ? "agent" : name;
};

/** The same name for the same agent; a number behind it where the name is another's. */
const freeName = (wanted: string, agent: AgentConfig, scene: Scene): string => {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    const owner = ownerOf(name, scene);
    if (owner === null || (owner !== "reserved" && hashOf(owner) === hashOf(agent))) return name;
  }
};

const ownerOf = (name: string, { agents, known, at }: Scene): AgentConfig | "reserved" | null => {
  if (Object.hasOwn(agents, name)) return agents[name] ?? null;
  if (known.includes(name)) return "reserved";
  if (!at.sources.catalog.some(({ id }) => id === name)) return null;
  return resolveAgent({ agent: name }, { ...at, complain: () => undefined });
};

/** Who writes code needs tools; a model API has none. */
const checkTools = (
  author: string | undefined,
  at: { readonly agents: Agents; readonly complain: At["complain"] },
): void => {
  if (author === undefined || at.agents[author]?.api === undefined) return;
  at.complain(["roles", "author"], {
    message: `\`${author}\` is a model API: it has no tools to write code with.`,
    mend: "Name an agent as author; an API may plan and review.",
  });
};
