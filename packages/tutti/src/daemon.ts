/** The daemon: every part wired to the others, listening on its socket. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSurvey } from "./agent-survey.ts";
import { acpAgents } from "./agents/acp/agents.ts";
import { createLogins } from "./agents/acp/logins.ts";
import { allAgents } from "./agents/agents.ts";
import { apiAgents } from "./agents/api/agents.ts";
import { catalogEntry } from "./agents/catalog/catalog.ts";
import { catalogAgents } from "./catalog-agents.ts";
import { DAEMON_LOG } from "./client/start-daemon.ts";
import { USER_CONFIG_FILE } from "./config/open.ts";
import { userProviders } from "./config/project-rules.ts";
import { createLocalDispatcher } from "./dispatch/local/dispatcher.ts";
import type { Engine } from "./engine/api.ts";
import { createEngine } from "./engine/engine.ts";
import type { Deps, Limits } from "./engine/ports/deps.ts";
import { createGateway } from "./gateway/gateway.ts";
import { systemClock } from "./platform/clock.ts";
import { readHost } from "./platform/tool-places.ts";
import { randomIds } from "./platform/ids.ts";
import { type Log, openFileLog } from "./platform/log.ts";
import { ensurePrivateFolder, type Folders } from "./platform/paths.ts";
import { requireLinux } from "./platform/support.ts";
import { createProjectView } from "./project-view.ts";
import { createRules } from "./rules.ts";
import { takeKeyNotes } from "./secrets/key-notes.ts";
import { withKnownTokens } from "./secrets/known-tokens.ts";
import { createRedactor } from "./secrets/redact/redactor.ts";
import { redactingStore } from "./secrets/redacting-store.ts";
import { keysIn } from "./secrets/secret-name.ts";
import { openSecrets } from "./secrets/secrets.ts";
import { createServer, type ServerOptions } from "./server/create-server.ts";
import { webPort } from "./server/web/address.ts";
import { openProjectAnswers } from "./store/project-answers.ts";
import { openSqliteStore } from "./store/sqlite/store.ts";
import { createVerification } from "./verification/verification.ts";
import { openEgressGrants } from "./workspace/sandbox/egress-grants.ts";
import { createSandbox } from "./workspace/sandbox/sandbox.ts";
import { createTerminals } from "./workspace/sandbox/terminals.ts";
import { createWorkspaces } from "./workspace/workspaces.ts";

/** Turns wait for models most of the time, so there are more of them than processors. */
const TURNS_PER_PROCESSOR = 4;

export type DaemonOptions = {
  readonly folders: Folders;
  readonly socketPath: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

export type Daemon = { readonly socketPath: string; readonly ended: Promise<void> };

/** `TUTTI_MAX_TURNS`: agent turns at once on this machine, for a person who knows it better. */
const limitsOf = (environment: DaemonOptions["environment"]): Limits => {
  const processors = availableParallelism();
  const asked = Number(environment["TUTTI_MAX_TURNS"] ?? "");
  const turns = Number.isInteger(asked) && asked > 0 ? asked : processors * TURNS_PER_PROCESSOR;
  return { machine: turns, project: turns, family: turns, checks: Math.max(2, processors) };
};

const reporter =
  (log: Log): Deps["log"] =>
  (message, facts = {}) =>
    log.warn(
      message,
      Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])),
    );

type Parts = Pick<Deps, "store" | "redactor"> & { readonly log: Log };

const createDeps = (options: DaemonOptions, { store, redactor, log }: Parts): Deps => {
  const { folders, environment } = options;
  const sandbox = createSandbox({ dataFolder: folders.data });
  const { workspaces, repositories } = createWorkspaces({
    dataDir: folders.data,
    sandbox,
    environment,
  });
  const report = reporter(log);
  const providers = userProviders(join(folders.config, USER_CONFIG_FILE), catalogAgents());
  const gateway = withKnownTokens(
    createGateway({
      store,
      secrets: openSecrets({ folders, environment, onHandedOut: redactor.know }),
      providers,
      clock: systemClock,
      log: report,
      environment,
    }),
    redactor,
  );
  return {
    store,
    answers: openProjectAnswers(join(folders.data, "answers")),
    sandbox,
    terminals: createTerminals(sandbox),
    workspaces,
    repositories,
    agents: allAgents({
      acp: acpAgents({
        sandbox,
        clock: systemClock,
        gateway,
        catalog: catalogEntry,
        logins: createLogins(loginsFolder(folders)),
      }),
      api: apiAgents({ gateway, providers, clock: systemClock }),
    }),
    gateway,
    verification: createVerification({ sandbox, putBlob: (bytes) => store.blobs.put(bytes) }),
    rules: createRules(folders.config, readHost(environment)),
    redactor,
    egressGrants: openEgressGrants(ensurePrivateFolder(folders.data)),
    clock: systemClock,
    ids: { run: randomIds.run, permission: () => `q-${randomIds.suffix()}` },
    limits: limitsOf(environment),
    log: report,
    dispatcher: (hooks) =>
      createLocalDispatcher({
        ...hooks,
        store,
        clock: systemClock,
        owner: `${process.pid}-${randomIds.suffix()}`,
        report: ({ error, effect, doing, isGivenUp }) =>
          report("an effect had a problem", { effect, doing, isGivenUp, error }),
      }),
  };
};

const loginsFolder = ({ data }: Folders): string => join(data, "logins");

const agentsOf = (
  { folders, environment }: DaemonOptions,
  { gateway, repositories }: Pick<Deps, "gateway" | "repositories">,
): NonNullable<ServerOptions["agents"]> => {
  const survey = createSurvey({
    userFile: join(folders.config, USER_CONFIG_FILE),
    gateway,
    environment,
    node: process.execPath,
    data: folders.data,
    logins: loginsFolder(folders),
  });
  return async (path) => survey(path === null ? null : (await repositories.open(path)).root);
};

/** Beside the code: in what is published `dist/web`, in a checkout what `npm run build:web` makes. */
const webFolder = (): string => {
  const published = fileURLToPath(new URL("./web", import.meta.url));
  return existsSync(published)
    ? published
    : fileURLToPath(new URL("../../web/dist", import.meta.url));
};

const webOf = ({ folders, environment }: DaemonOptions): NonNullable<ServerOptions["web"]> => ({
  folder: webFolder(),
  file: join(ensurePrivateFolder(folders.state), "web.json"),
  accessFile: join(ensurePrivateFolder(folders.data), "access.json"),
  port: webPort(environment),
});

/** No reason not to start: what cannot be recorded now stays for another time. */
const takeNotes = async (
  folder: string,
  { engine, log }: { readonly engine: Pick<Engine, "record">; readonly log: Log },
): Promise<void> => {
  try {
    await takeKeyNotes(folder, ({ did, about, at, by: id, onBehalf }) =>
      engine.record(
        { kind: "person", id, ...(onBehalf === undefined ? {} : { onBehalf }) },
        { did, about, at },
      ),
    );
  } catch (error) {
    log.warn("keys.not-in-the-audit", { error: String(error) });
  }
};

/** Resolves when the daemon answers. TuttiError when it cannot start; nothing is left behind then. */
export const runDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  requireLinux();
  const { folders, signal, socketPath, version } = options;
  const web = webOf(options);
  ensurePrivateFolder(folders.state);
  const logPath = join(folders.state, DAEMON_LOG);
  await using starting = new AsyncDisposableStack();
  // First of all: nothing is written that has not gone through it.
  const redactor = createRedactor(keysIn(options.environment));
  const log = starting.use(openFileLog(logPath, { redact: redactor.text }));
  const store = redactingStore(openSqliteStore(ensurePrivateFolder(folders.data)), redactor);
  starting.defer(() => store.close());
  const deps = createDeps(options, { store, redactor, log });
  const engine = createEngine(deps);
  await takeNotes(folders.data, { engine, log });
  await engine.start();
  starting.defer(() => engine.stop());
  const stopping = Promise.withResolvers<void>();
  const server = starting.use(
    await createServer(engine, {
      socketPath,
      version,
      stop: () => stopping.resolve(),
      agents: agentsOf(options, deps),
      project: createProjectView({ ...deps, userFolder: folders.config }),
      // Only a person asks to keep a key, so a key file may be made for it.
      keys: openSecrets({
        folders,
        environment: options.environment,
        mayMakeKeyFile: true,
        onHandedOut: redactor.know,
      }),
      web,
      log,
      logPath,
      dataPath: folders.data,
    }),
  );
  const started = starting.move();
  if (signal.aborted) stopping.resolve();
  else signal.addEventListener("abort", () => stopping.resolve(), { once: true });
  log.info("the daemon is ready", { version, pid: process.pid });
  const ended = stopping.promise.then(() => started.disposeAsync());
  return { socketPath: server.socketPath, ended };
};
