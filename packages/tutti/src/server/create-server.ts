/** The daemon's listener: a unix socket that only this user can reach. */
import { once } from "node:events";
import { chmodSync, lstatSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { TuttiError } from "@tutti/protocol";
import type { Engine } from "../engine/api.ts";
import { silentLog, type Log } from "../platform/log.ts";
import { ensurePrivateFolder } from "../platform/paths.ts";
import { openActivity } from "./activity.ts";
import { createApp } from "./app.ts";
import { STREAM_LIMITS, type StreamLimits } from "./event-stream.ts";
import { openFeed } from "./feed.ts";
import { localUser } from "./request.ts";
import type { App, Service } from "./routes/context.ts";
import { openAccess } from "./web/access.ts";
import { createWeb, type Web, type WebOptions } from "./web/web.ts";

/** Time that requests in progress get to end when the server closes. */
const CLOSE_GRACE_MS = 2000;
const MAX_CONNECTIONS = 1024;
/** A live daemon answers a connection at once; one that does not within this time is stuck. */
const PROBE_TIMEOUT_MS = 2000;

export type ServerOptions = {
  readonly socketPath: string;
  readonly version: string;
  /** Begins to end the daemon; called once the answer to `stop` was sent. */
  readonly stop: () => void;
  readonly agents?: Service["agents"];
  readonly project?: Service["project"];
  readonly keys?: Service["keys"];
  /** Without it no browser is served. */
  readonly web?: WebOptions & {
    /** Keeps sessions and tokens, as hashes. */
    readonly accessFile: string;
  };
  readonly log?: Log;
  readonly logPath?: string;
  readonly dataPath?: string;
  readonly now?: () => number;
  readonly limits?: StreamLimits;
};

export type ApiServer = {
  readonly socketPath: string;
  /** Ends event streams, waits shortly for requests, removes the socket. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/**
 * Listens when it resolves. Call it with the store open: the store's lock is what keeps a second
 * daemon out, so a socket that nobody answers on is a leftover and is replaced.
 * Throws `store.busy` when somebody answers on it all the same.
 */
export async function createServer(engine: Engine, options: ServerOptions): Promise<ApiServer> {
  const { socketPath, version, stop, now = Date.now, log = silentLog } = options;
  ensurePrivateFolder(dirname(socketPath));
  await removeLeftover(socketPath);
  const closing = new AbortController();
  const feed = openFeed(engine);
  const activity = openActivity(engine);
  const web = options.web === undefined ? null : webOf(options.web, { app: () => app, now, log });
  const app: App = createApp({
    engine,
    feed,
    activity,
    agents: options.agents ?? noAgents,
    project: options.project ?? noProject,
    keys: options.keys ?? noKeys,
    web,
    log,
    version,
    now,
    stop,
    user: localUser(),
    startedAt: now(),
    logPath: options.logPath ?? null,
    dataPath: options.dataPath ?? null,
    limits: options.limits ?? STREAM_LIMITS,
    signal: closing.signal,
  });
  const server = asHttpServer(
    createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, socketPath);
  await web?.reopen();
  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    feed[Symbol.dispose]();
    activity[Symbol.dispose]();
    await Promise.all([closeServer(server), web?.close()]);
  };
  return { socketPath, close, [Symbol.asyncDispose]: close };
}

const webOf = (
  options: NonNullable<ServerOptions["web"]>,
  { app, now, log }: { readonly app: () => App; readonly now: () => number; readonly log: Log },
): Web => createWeb(options, { app, access: openAccess({ file: options.accessFile, now }), log });

const noAgents: Service["agents"] = async () => ({ agents: [], problems: [] });

const noProject: Service["project"] = (path) =>
  Promise.reject(new TuttiError("repository.none", `${path} is not inside a git repository.`));

const noKeys: Service["keys"] = {
  list: async () => [],
  remove: async () => false,
  set: () => Promise.reject(new TuttiError("secrets.unavailable", "No keys are kept here.")),
};

type AnyServer = ReturnType<typeof createAdaptorServer>;

/** Without options the adaptor makes a plain HTTP/1.1 server; its type names the others too. */
function asHttpServer(server: AnyServer): Server {
  if ("closeIdleConnections" in server) return server;
  throw new Error("The adaptor made no HTTP/1.1 server.");
}

async function listen(server: Server, path: string): Promise<void> {
  // The folder is 0700 already; the mask closes the moment between bind and chmod as well.
  const mask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
  await once(server, "listening");
  chmodSync(path, 0o600);
}

async function removeLeftover(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new TuttiError("store.failed", `${path} is in the way: it is not a socket of Tutti.`);
  }
  if (await isAnswered(path)) {
    throw new TuttiError("store.busy", `Another daemon listens on ${path}.`);
  }
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, end(true));
    socket.once("connect", end(true));
    socket.once("error", end(false));
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await closed;
  } finally {
    clearTimeout(late);
  }
}
