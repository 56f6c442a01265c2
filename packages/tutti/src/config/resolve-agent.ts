/** From an agent as it is written to the one that a run's policy holds. */
import type { AgentConfig } from "@tutti/protocol";
import { quoteList, suggest } from "../documents/suggest.ts";
import { familyOf, type Serving } from "../domain/model-family.ts";
import type { Path } from "../documents/yaml-document.ts";
import type { AgentFile } from "./agent-file.ts";
import type { CatalogAgent } from "./catalog.ts";
import { checkEgress } from "./rules.ts";
import type { Complain } from "./rules.ts";

export type Sources = {
  readonly catalog: readonly CatalogAgent[];
  /** Built-in ones and those of the user's file, by name. */
  readonly providers: Readonly<Record<string, Serving>>;
};

export type At = {
  readonly path: Path;
  readonly complain: Complain;
  /** The file is committed: what only the user may say is refused. */
  readonly isShared: boolean;
  readonly sources: Sources;
};

/** Those of one file; what is wrong with one is complained of, and it is left out. */
export const resolveAgents = (
  agents: Readonly<Record<string, AgentFile>>,
  at: Omit<At, "path">,
): Record<string, AgentConfig> =>
  Object.fromEntries(
    Object.entries(agents).flatMap(([name, file]) => {
      const agent = resolveAgent(file, { ...at, path: ["agents", name] });
      return agent === null ? [] : [[name, agent]];
    }),
  );

/** Null when something is wrong; it was complained of then. */
export const resolveAgent = (file: AgentFile, at: At): AgentConfig | null => {
  const complaints = { count: 0 };
  const complain: Complain = (path, words) => {
    if ((words.level ?? "error") === "error") complaints.count += 1;
    at.complain(path, words);
  };
  const scene = { ...at, complain };
  checkCredentials(file, scene);
  checkMode(file, scene);
  checkEffort(file, scene);
  checkEgress(file.egress ?? [], { ...scene, path: [...at.path, "egress"] });
  const agent = originOf(resolveForm(file, scene), at);
  return complaints.count === 0 ? agent : null;
};

/** A repository's hosts are held to more than the user's; without hosts it makes no difference. */
const originOf = (agent: AgentConfig | null, { isShared }: At): AgentConfig | null =>
  agent !== null && isShared && agent.egress.length > 0 ? { ...agent, from: "project" } : agent;

const resolveForm = (file: AgentFile, at: At): AgentConfig | null => {
  if (file.agent !== undefined && file.api !== undefined) {
    at.complain([...at.path, "api"], {
      message: "An agent of the catalogue and a model API are two things.",
      mend: "Keep one of `agent` and `api`.",
    });
    return null;
  }
  if (file.api !== undefined) return resolveApi(file, file.api, at);
  if (file.agent !== undefined) return resolveCatalogued(file, file.agent, at);
  return resolveCommand(file, at);
};

/** Keys that mean the same in every form. */
const commonOf = ({ env, egress, mode, effort, credentials }: AgentFile) => ({
  env: env ?? {},
  egress: egress ?? [],
  ...(mode === undefined ? {} : { mode }),
  ...(effort === undefined ? {} : { effort }),
  ...(credentials === undefined ? {} : { credentials }),
});

const resolveCommand = (file: AgentFile, at: At): AgentConfig | null => {
  const { command, family, model, provider } = file;
  if (command === undefined) {
    at.complain(at.path, {
      message: `${nameOf(at.path)} does not say what it is.`,
      mend: "Give it `agent:` and a name of the catalogue (`tutti agents` lists them), `command:` and `family:`, or `api:` and `model:`.",
    });
    return null;
  }
  if (family === undefined) {
    at.complain(at.path, {
      message: `\`family\` is missing in ${nameOf(at.path)}.`,
      mend: "Add `family: …`, who made the model behind it, such as `anthropic`.",
    });
    return null;
  }
  if (provider !== undefined) checkProvider(provider, "provider", at);
  return {
    command,
    family,
    ...commonOf(file),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
  };
};

const resolveCatalogued = (file: AgentFile, id: string, at: At): AgentConfig | null => {
  const entry = at.sources.catalog.find((one) => one.id === id);
  if (entry === undefined) {
    const ids = at.sources.catalog.map((one) => one.id);
    at.complain([...at.path, "agent"], {
      message: `\`${id}\` is not in the catalogue of agents.`,
      mend:
        suggest(id, ids) ||
        "Give the agent's `command` and `family` instead; `tutti agents` lists the catalogue.",
    });
    return null;
  }
  const provider = providerOf(file, entry, at);
  const model = file.model ?? entry.model ?? undefined;
  return {
    command: file.command ?? [...entry.command],
    family: file.family ?? servedFamily({ model, provider }, at.sources) ?? entry.family,
    ...commonOf(file),
    ...(model === undefined ? {} : { model }),
    catalog: entry.id,
    ...(provider === null ? {} : { provider }),
  };
};

const providerOf = (file: AgentFile, entry: CatalogAgent, at: At): string | null => {
  const provider = file.provider ?? entry.provider;
  if (file.provider !== undefined) checkProvider(file.provider, "provider", at);
  else if (provider === null && file.credentials !== "inside")
    at.complain(at.path, {
      message: `${entry.title} has no provider that is built in.`,
      mend: "Define one under `providers:` in your own configuration (~/.config/tutti/config.yaml), and name it here: `provider: …`.",
    });
  return provider;
};

const resolveApi = (file: AgentFile, api: string, at: At): AgentConfig | null => {
  for (const key of ["command", "mode", "egress", "credentials", "provider", "env"] as const)
    if (file[key] !== undefined)
      at.complain([...at.path, key], {
        message: `\`${key}\` means nothing for a model API, which is asked without a program.`,
        mend: "Remove it.",
      });
  const { model } = file;
  if (model === undefined) {
    at.complain(at.path, {
      message: `\`model\` is missing in ${nameOf(at.path)}.`,
      mend: "Add `model: …`: an API is asked for one model by its id.",
    });
    return null;
  }
  if (!checkProvider(api, "api", at)) return null;
  const family = file.family ?? servedFamily({ model, provider: api }, at.sources);
  if (family === null) {
    at.complain(at.path, {
      message: `Nothing says who made \`${model}\` of \`${api}\`.`,
      mend: `Add \`family: …\` here, or in your own configuration under \`providers.${api}\`.`,
    });
    return null;
  }
  return { command: [], family, ...commonOf(file), model, api, provider: api };
};

/** As the gateway will find it; null when neither the model's name nor the provider tells. */
export const servedFamily = (
  asked: { readonly model: string | undefined; readonly provider: string | null | undefined },
  { providers }: Sources,
): string | null => {
  const { model, provider } = asked;
  const known =
    typeof provider === "string" && Object.hasOwn(providers, provider) ? providers[provider] : {};
  return model === undefined ? (known?.family ?? null) : familyOf(model, known ?? {});
};

const checkProvider = (name: string, key: "api" | "provider", at: At): boolean => {
  const known = Object.keys(at.sources.providers);
  if (known.includes(name)) return true;
  at.complain([...at.path, key], {
    message: `\`${name}\` is not a provider.`,
    mend: `${suggest(name, known)} Others are defined under \`providers:\` in your own configuration (~/.config/tutti/config.yaml), never in a repository's.`.trim(),
  });
  return false;
};

const checkCredentials = (file: AgentFile, at: At): void => {
  if (file.credentials !== "inside") return;
  const path = [...at.path, "credentials"];
  if (at.isShared)
    at.complain(path, {
      message:
        "A repository must not ask for your login: `credentials: inside` hands it to the agent.",
      mend: "Define this agent in your own configuration (~/.config/tutti/config.yaml), if you want that.",
    });
  else if (!mayHaveLogin(file, at))
    at.complain(path, {
      message:
        file.agent === undefined
          ? "`credentials: inside` is for agents of the catalogue: of others Tutti does not know where a login lies."
          : `\`${file.agent}\` cannot work with a login of its own inside the fence.`,
      mend: "Leave it out, and name a provider: `provider: …`, with its key in the gateway.",
    });
  else if ((file.egress ?? []).length === 0)
    at.complain(path, {
      message: "With its own login the agent asks its models itself, and no host is open to it.",
      mend: "Add `egress:` with the hosts that it needs.",
      level: "warning",
    });
};

/**
 * An agent that needs a mode needs it for a reason: in another one a model may approve what the agent
 * does. A command that starts the same program is the same agent.
 */
const checkMode = ({ agent, command, mode }: AgentFile, at: At): void => {
  if (!at.isShared || mode === undefined) return;
  const program = command?.[0]?.split("/").at(-1);
  const entry = at.sources.catalog.find(({ id, command: [usual] }) =>
    agent === undefined ? usual === program : id === agent,
  );
  if (entry === undefined || entry.mode === null || entry.mode === mode) return;
  at.complain([...at.path, "mode"], {
    message: `${entry.title} runs in its mode \`${entry.mode}\` inside the fence, and a repository must not choose another one: in \`${mode}\` a model may approve what it does.`,
    mend: "Leave `mode` out. Only your own configuration (~/.config/tutti/config.yaml) can set it.",
  });
};

/** What is no agent of the catalogue at all is said elsewhere. */
const mayHaveLogin = ({ agent, api }: AgentFile, { sources }: At): boolean => {
  if (api !== undefined) return true;
  if (agent === undefined) return false;
  return sources.catalog.find(({ id }) => id === agent)?.signIn !== null;
};

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** Agents and providers invent new ones, so an unknown word is handed on. */
export const checkEffort = ({ effort, api }: Pick<AgentFile, "effort" | "api">, at: At): void => {
  if (effort === undefined || EFFORTS.includes(effort)) return;
  const isAsked = api === undefined;
  at.complain([...at.path, "effort"], {
    message: `\`${effort}\` is no usual effort (${quoteList(EFFORTS)}); ${isAsked ? "it is passed on as it is" : "the model is asked for none"}.`,
    mend: isAsked ? "Nothing to do, if the agent knows the word." : "Choose one of these.",
    level: "warning",
  });
};

const nameOf = (path: Path): string =>
  `\`${path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./u, "")}\``;
