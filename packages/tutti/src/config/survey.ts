/** What each agent lacks to work here, from facts that others found out. */
import type { AgentAccess, AgentConfig, AgentView, RolesConfig } from "@tutti/protocol";
import type { ProviderState } from "../engine/ports/gateway.ts";
import type { CatalogAgent } from "./catalog.ts";

/** What is found on this machine of an agent of the catalogue. */
export type InstalledFact = {
  readonly isInstalled: boolean;
  readonly version: string | null;
  readonly isTested: boolean;
  /** It has a login of its own in Tutti's folder, for `credentials: inside`. */
  readonly isSignedIn: boolean;
  /** The command that gives it one. */
  readonly signIn: string | null;
};

/** What keeps an agent that is there from being found inside the fence. */
export type HiddenFact = {
  /** What `sandbox.read` would have to name. */
  readonly paths: readonly string[];
  /** Why that alone would not do. */
  readonly notes: readonly string[];
};

export type Facts = {
  readonly catalog: readonly CatalogAgent[];
  /** Those that files define or roles name. */
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly roles: RolesConfig;
  /** Names that the user's file defines. */
  readonly ofUser: readonly string[];
  readonly installed: (id: string) => InstalledFact;
  /** Whether the program of a command is there. */
  readonly isProgram: (command: readonly string[]) => boolean;
  readonly providers: readonly ProviderState[];
};

/** Whether an agent of this access gets an answer of its models. */
export const hasAccess = (access: AgentAccess): boolean =>
  !["no-key", "no-login", "no-provider"].includes(access);

/** An agent that the fence hides is not ready, whatever else it has. */
export const concealed = (agent: AgentView, hidden: HiddenFact): AgentView => ({
  ...agent,
  hidden: [...hidden.paths],
  isReady: false,
  mend: agent.mend ?? showIt(hidden),
});

/** Nor is one that would find a Node too old for it. `found`: its version. */
export const outdated = (
  agent: AgentView,
  { needed, found, path }: Readonly<Record<"needed" | "found" | "path", string>>,
): AgentView => ({
  ...agent,
  oldNode: found,
  isReady: false,
  mend:
    agent.mend ??
    `It needs Node ${needed} or newer, and inside the fence it finds ${found} (${path}): install a newer one, and show its folder by \`sandbox: { read: [FOLDER] }\` in ~/.config/tutti/config.yaml.`,
});

/** The catalogue in its order, then what files define besides. */
export const surveyAgents = (facts: Facts): readonly AgentView[] => {
  const ids = facts.catalog.map(({ id }) => id);
  const catalogued = facts.catalog.map((entry) =>
    viewOf(entry.id, facts.agents[entry.id] ?? usual(entry), facts),
  );
  const others = Object.entries(facts.agents)
    .filter(([name]) => !ids.includes(name))
    .map(([name, agent]) => viewOf(name, agent, facts));
  return [...catalogued, ...others];
};

const usual = (entry: CatalogAgent): AgentConfig => ({
  command: [...entry.command],
  family: entry.family,
  env: {},
  egress: [],
  catalog: entry.id,
  ...(entry.model === null ? {} : { model: entry.model }),
  ...(entry.provider === null ? {} : { provider: entry.provider }),
});

const NOTHING: InstalledFact = {
  isInstalled: false,
  version: null,
  isTested: false,
  isSignedIn: false,
  signIn: null,
};

const viewOf = (name: string, agent: AgentConfig, facts: Facts): AgentView => {
  const entry = facts.catalog.find(({ id }) => id === agent.catalog) ?? null;
  const fact = entry === null ? NOTHING : facts.installed(entry.id);
  const program = programOf(agent, { entry, fact, isProgram: facts.isProgram });
  const provider = facts.providers.find((one) => one.name === agent.provider) ?? null;
  const access = accessOf(agent, { provider, isSignedIn: fact.isSignedIn });
  const keyName = provider === null ? null : provider.keyName;
  const { installed } = program;
  const isReady = installed && hasAccess(access);
  return {
    name,
    ...namesOf(name, agent, entry),
    from: originOf(name, entry, facts),
    command: agent.command,
    family: agent.family,
    roles: rolesOf(name, facts.roles),
    ...program,
    access,
    keyName,
    isSignedIn: fact.isSignedIn,
    hidden: [],
    isReady,
    mend: isReady ? null : mendFor({ name, agent, entry, fact, access, keyName, installed }),
  };
};

const namesOf = (name: string, agent: AgentConfig, entry: CatalogAgent | null) => ({
  title: entry?.title ?? name,
  catalog: entry?.id ?? null,
  model: agent.model ?? null,
  provider: agent.provider ?? null,
});

const originOf = (
  name: string,
  entry: CatalogAgent | null,
  { ofUser }: Facts,
): AgentView["from"] => {
  if (ofUser.includes(name)) return "user";
  return entry?.id === name ? "catalogue" : "project";
};

type Program = Pick<AgentView, "installed" | "version" | "isTested">;

const programOf = (
  { command }: AgentConfig,
  about: Pick<Facts, "isProgram"> & {
    readonly entry: CatalogAgent | null;
    readonly fact: InstalledFact;
  },
): Program => {
  const { entry, fact, isProgram } = about;
  if (entry !== null && isSame(command, entry.command)) {
    const { isInstalled: installed, version, isTested } = fact;
    return { installed, version, isTested: installed ? isTested : null };
  }
  return { installed: command.length === 0 || isProgram(command), version: null, isTested: null };
};

const accessOf = (
  agent: AgentConfig,
  {
    provider,
    isSignedIn,
  }: { readonly provider: ProviderState | null; readonly isSignedIn: boolean },
): AgentAccess => {
  if (agent.credentials === "inside") return isSignedIn ? "login" : "no-login";
  if (agent.provider === undefined) return agent.catalog === undefined ? "own" : "no-provider";
  if (provider === null) return "no-provider";
  if (provider.key === "not-needed") return "free";
  return provider.key === "there" ? "key" : "no-key";
};

const mendFor = (about: {
  readonly name: string;
  readonly agent: AgentConfig;
  readonly entry: CatalogAgent | null;
  readonly fact: InstalledFact;
  readonly installed: boolean;
  readonly access: AgentAccess;
  readonly keyName: string | null;
}): string => {
  const { name, agent, entry, fact, installed, access, keyName } = about;
  if (!installed) {
    if (entry !== null && isSame(agent.command, entry.command)) return entry.install;
    return `Install \`${agent.command[0] ?? name}\`, or correct \`agents.${name}.command\`.`;
  }
  if (access === "no-key") return `tutti keys set ${keyName ?? "NAME"}${tokenHint(agent, entry)}`;
  if (access === "no-login")
    return fact.signIn ?? "`credentials: inside` is for agents of the catalogue; leave it out.";
  return `Define a provider under \`providers:\` in ~/.config/tutti/config.yaml, and \`agents: { ${name}: { agent: ${entry?.id ?? name}, provider: NAME } }\`.`;
};

const showIt = ({ paths, notes }: HiddenFact): string =>
  [
    ...(paths.length === 0
      ? ["The fence cannot show it where it lies: install it in a folder of its own."]
      : [
          `Show it inside the fence: \`sandbox: { read: [${paths.join(", ")}] }\` in ~/.config/tutti/config.yaml, or let \`tutti init\` write it.`,
        ]),
    ...notes,
  ].join(" ");

/** As a comment of the shell, so that the line stays a command. */
const tokenHint = (agent: AgentConfig, entry: CatalogAgent | null): string =>
  entry?.printToken === undefined || agent.provider !== entry.provider
    ? ""
    : ` # a key, or the token that \`${entry.printToken}\` prints`;

const rolesOf = (name: string, { planner, author, reviewer }: RolesConfig): string[] => [
  ...(planner === name ? ["planner"] : []),
  ...(author === name ? ["author"] : []),
  ...(reviewer.includes(name) ? ["reviewer"] : []),
];

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((word, index) => word === other[index]);
