/**
 * How an agent is started: its command, its environment, its files, and its way to a model. Of an
 * agent of the catalogue the entry says it; one that is only a command gets the variables that most
 * programs read, when the configuration names a provider for it.
 */
import type { AgentConfig } from "@tutti/protocol";
import type { SessionSpec } from "../../engine/ports/agents.ts";
import type { Gateway, GatewayLease } from "../../engine/ports/gateway.ts";
import type { LaunchSpec } from "../../engine/ports/sandbox.ts";
import type { CatalogEntry, LaunchPlan } from "../catalog/entry.ts";
import { HarnessError } from "./failures.ts";
import type { Logins } from "./logins.ts";
import { type ModelPort, openModelPort } from "./model-port.ts";
import { cut } from "./transcript.ts";

export type Supplies = {
  readonly gateway: Gateway;
  readonly logins: Logins;
  readonly catalog: (id: string) => CatalogEntry | undefined;
};

export type Prepared = {
  readonly entry: CatalogEntry | null;
  readonly launch: LaunchSpec;
  readonly lease: GatewayLease | null;
  /** What is wished for and not in effect, for the transcript. */
  readonly notes: readonly string[];
};

/** @throws HarnessError when it must not or cannot be started. */
const entryOf = ({ agent, place }: SessionSpec, { catalog }: Supplies): CatalogEntry | null => {
  if (agent.catalog === undefined) return null;
  const entry = catalog(agent.catalog);
  if (entry === undefined)
    throw new HarnessError("agent.missing", `The catalogue has no agent "${agent.catalog}".`);
  if (entry.quirks.asks === "never" && place.isolation === "none")
    throw new HarnessError(
      "agent.unfenced",
      `${entry.title} never asks before it does something, and this run has no fence.`,
    );
  return entry;
};

const providerOf = (agent: AgentConfig, entry: CatalogEntry | null): string | null =>
  agent.provider ?? entry?.provider ?? null;

/** What programs look for, whatever dialect they speak. */
const usualVariables = (url: string, token: string): Record<string, string> => ({
  TUTTI_MODEL_URL: url,
  TUTTI_MODEL_TOKEN: token,
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: token,
  OPENAI_BASE_URL: `${url}/v1`,
  OPENAI_API_KEY: token,
  GOOGLE_GEMINI_BASE_URL: url,
  GEMINI_API_KEY: token,
});

const NOTHING: LaunchPlan = { args: [], env: {}, homeFiles: {} };

type Way = { readonly lease: GatewayLease; readonly port: ModelPort } | null;

const planOf = (entry: CatalogEntry | null, spec: SessionSpec, way: Way): LaunchPlan => {
  const { agent, place } = spec;
  if (entry === null)
    return way === null
      ? NOTHING
      : { ...NOTHING, env: usualVariables(way.port.url, way.lease.token) };
  return entry.launch({
    gatewayUrl: way?.port.url ?? null,
    token: way?.lease.token ?? "",
    model: agent.model ?? entry.model,
    effort: agent.effort ?? null,
    home: place.env["HOME"] ?? "/",
  });
};

/** An agent whose launch is the same without it, and whose session has no option for it, has no such setting. */
const ignoredEffort = (entry: CatalogEntry | null, spec: SessionSpec, way: Way): string[] => {
  const { effort, ...agent } = spec.agent;
  if (entry === null || effort === undefined || entry.quirks.effortOption !== null) return [];
  const [asked, without] = [spec, { ...spec, agent }].map((one) =>
    JSON.stringify(planOf(entry, one, way)),
  );
  if (asked !== without) return [];
  return [`${entry.title} has no setting for effort: "${cut(effort, 100)}" is not in effect.`];
};

/** An agent that keeps its own login keeps those files too. */
const beside = (files: LaunchPlan["homeFiles"], entry: CatalogEntry | null) =>
  Object.fromEntries(
    Object.entries(files).filter(([path]) => entry?.credentialFiles.includes(path) !== true),
  );

const commandOf = ({ command }: AgentConfig, entry: CatalogEntry | null): readonly string[] =>
  command.length > 0 || entry === null
    ? command
    : [entry.distribution.program, ...entry.distribution.args];

/** Which hosts it may reach, who said so, and what a person answered since. */
const wayOut = ({ agent, egressAnswers }: SessionSpec) => ({
  egress: agent.egress,
  ...(agent.from === undefined ? {} : { egressFrom: agent.from }),
  ...(egressAnswers === undefined ? {} : { egressAnswers }),
});

type Taking = { readonly held: AsyncDisposableStack; readonly signal: AbortSignal };

const openWay = async (
  spec: SessionSpec,
  provider: string | null,
  { gateway, held }: { readonly gateway: Gateway; readonly held: AsyncDisposableStack },
): Promise<Way> => {
  const { models: grant, place } = spec;
  if (provider === null || grant === undefined) return null;
  const lease = held.use(await gateway.open({ ...grant, provider }));
  return { lease, port: held.use(await openModelPort(lease, place.isolation)) };
};

/** @throws HarnessError `agent.busy` when another session has it for too long. */
const takeLogin = async (
  { place, loginWaitMs }: SessionSpec,
  entry: CatalogEntry,
  { logins, signal }: { readonly logins: Logins; readonly signal: AbortSignal },
): Promise<Awaited<ReturnType<Logins["take"]>>> => {
  if (loginWaitMs === undefined) return await logins.take(entry, place, signal);
  const late = AbortSignal.timeout(loginWaitMs);
  try {
    return await logins.take(entry, place, AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || error instanceof HarnessError) throw error;
    throw new HarnessError(
      "agent.busy",
      `${entry.title} works in another session, and its login is used by one at a time; it was not free within ${loginWaitMs / 1000} s.`,
    );
  }
};

/** What it takes is given back by `held`. @throws HarnessError, TuttiError */
export const prepareLaunch = async (
  spec: SessionSpec,
  supplies: Supplies,
  { held, signal }: Taking,
): Promise<Prepared> => {
  const { agent, owner, place } = spec;
  const { gateway, logins } = supplies;
  const entry = entryOf(spec, supplies);
  const isInside = agent.credentials === "inside" && entry !== null;
  const login = isInside ? held.use(await takeLogin(spec, entry, { logins, signal })) : null;
  const way = await openWay(spec, isInside ? null : providerOf(agent, entry), { gateway, held });
  const plan = planOf(entry, spec, way);
  return {
    entry,
    launch: {
      place: { ...place, mounts: [...place.mounts, ...(login?.mounts ?? [])] },
      command: [...commandOf(agent, entry), ...plan.args],
      env: { ...plan.env, ...agent.env },
      ...wayOut(spec),
      homeFiles: login === null ? plan.homeFiles : beside(plan.homeFiles, entry),
      listeners: way?.port.listeners ?? [],
      owner,
    },
    lease: way?.lease ?? null,
    notes: ignoredEffort(entry, spec, way),
  };
};
