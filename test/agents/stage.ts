/** A project whose agents are real ones, the daemon, and the provider that all of them ask. */
import type { RunEvent } from "@tutti/protocol";
import type { Answer, Daemon } from "../fixtures/daemon.ts";
import { createDaemon, proceed } from "../fixtures/daemon.ts";
import type { ModelServer } from "../fixtures/model-server/server.ts";
import { startModelServer } from "../fixtures/model-server/server.ts";
import type { Handler } from "../fixtures/model-server/step.ts";
import type { Project } from "../fixtures/project.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";
import { MODELS, realAgent } from "../fixtures/real-agents.ts";

/** What must be found nowhere but in the daemon and at the provider. */
export const KEY = "key-that-only-the-provider-may-see-4711";
/** Of each million tokens, so that a run costs something that can be told from nothing. */
const PRICE = { input: 10, output: 20 };

const PROVIDERS = {
  anthropic: { key: "ANTHROPIC_API_KEY", family: "anthropic" },
  openai: { key: "OPENAI_API_KEY", family: "openai" },
  google: { key: "GEMINI_API_KEY", family: "google" },
} as const;

export type RealStage = {
  readonly project: Project;
  readonly daemon: Daemon;
  readonly models: ModelServer;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type RealStageOptions = {
  readonly author: string;
  /** Absent: a scripted agent that finds nothing. */
  readonly reviewer?: string;
  readonly handler: (project: () => Project) => Handler;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly workflows?: Readonly<Record<string, string>>;
};

const userConfig = (url: string) => ({
  providers: Object.fromEntries(
    Object.entries(PROVIDERS).map(([dialect, { key, family }]) => [
      dialect,
      {
        dialect,
        url,
        key,
        family,
        models: Object.fromEntries(
          Object.values(MODELS).map((model) => [model, { family, usd: PRICE }]),
        ),
      },
    ]),
  ),
});

const agentsOf = (ids: readonly string[]) => {
  const real = ids.map((id) => ({ id, agent: realAgent(id) }));
  return {
    agents: Object.fromEntries(
      real.map(({ id, agent }) => [id, { agent: id, command: agent.command, model: MODELS[id] }]),
    ),
    read: [...new Set(real.flatMap(({ agent }) => agent.reads))],
  };
};

export const createRealStage = async (options: RealStageOptions): Promise<RealStage> => {
  const { author, reviewer = "tenor" } = options;
  await using parts = new AsyncDisposableStack();
  const made: { project: Project | null } = { project: null };
  const models = parts.use(
    await startModelServer({
      key: KEY,
      handler: options.handler(() => {
        if (made.project === null) throw new Error("no project yet");
        return made.project;
      }),
    }),
  );
  const ids = [author, ...(options.reviewer === undefined ? [] : [options.reviewer])];
  const project = createProject({
    agents: { tenor: { family: "other", script: EMPTY_REVIEW } },
    others: agentsOf(ids),
    roles: { planner: author, author, reviewer: [reviewer] },
    ...(options.workflows === undefined ? {} : { workflows: options.workflows }),
    config: { permissions: [{ answer: "allow" }], ...options.config },
  });
  made.project = project;
  parts.defer(() => project[Symbol.dispose]());
  project.configure(userConfig(models.url));
  const keys = Object.values(PROVIDERS).map(({ key }) => [key, KEY]);
  const daemon = parts.use(createDaemon(project, { daemonEnv: Object.fromEntries(keys) }));
  const all = parts.move();
  return { project, daemon, models, [Symbol.asyncDispose]: () => all.disposeAsync() };
};

/** `tutti permit allow RUN PERMISSION --option=WORD`, as the item says that it is answered. */
const PERMIT = /^tutti permit (?<verb>allow|deny) \S+ (?<permission>\S+)/u;

/** Codex wants to reach its maker at its start; nothing waits for the answer. */
const refusal: Answer = ({ answers }) => {
  const [target] = answers.flatMap(
    ({ command }) => / egress:(?<target>\S+)/u.exec(command)?.[1] ?? [],
  );
  return target === undefined ? null : { kind: "egress.refuse", target };
};

/** Answers each question of an agent with the first option of this kind, and proceeds with approvals. */
export const answering =
  (verb: "allow" | "deny"): Answer =>
  (item) => {
    if (item.kind === "egress") return refusal(item);
    if (item.kind !== "permission") return proceed(item);
    const [given] = item.answers.flatMap(({ name, command }) => {
      const said = PERMIT.exec(command)?.groups;
      return said?.["verb"] === verb
        ? [{ option: name, permission: said["permission"] ?? "" }]
        : [];
    });
    if (given === undefined) throw new Error(`cannot ${verb}: ${JSON.stringify(item)}`);
    return { kind: "permission.answer", ...given };
  };

/** Who took the last turn of a step, and the families of the models that answered in it. */
export const servedBy = (events: readonly RunEvent[], step: string) => {
  const turn = events
    .flatMap(({ body }) => (body.type === "turn.ended" ? [body] : []))
    .findLast((one) => one.step.startsWith(step));
  return {
    agent: turn?.agent,
    lineage: turn?.lineage,
    families: [...new Set(turn?.served.map(({ family }) => family))],
  };
};
