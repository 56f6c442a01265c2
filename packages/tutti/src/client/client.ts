/** The daemon's interface as functions. Every one of them throws TuttiError with the daemon's code. */
import type {
  Accepted,
  Advice,
  AdviceRequest,
  AgentsReport,
  AgentTrial,
  AgentTestRequest,
  AttentionItem,
  CreateToken,
  DiffView,
  DoctorReport,
  DoctorRequest,
  Fleet,
  FleetPaused,
  FleetPause,
  Health,
  Opinion,
  PersonCommand,
  RunEvent,
  RunPage,
  RunStarted,
  RunView,
  ShellSpec,
  SessionView,
  StartRun,
  TokenCreated,
  TokenView,
  TranscriptEntry,
  UsageGroup,
  UsageReport,
  WebLink,
  WebState,
} from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { readEvents, type EventQuery } from "./event-reader.ts";
import { open, readText, type WireOptions, type WireRequest } from "./wire.ts";

type Signal = { readonly signal?: AbortSignal };

type RunsQuery = {
  /** Root of the work tree of a project. */
  readonly project?: string;
  readonly states?: readonly string[];
  readonly cursor?: string;
  readonly limit?: number;
};

type UsageQuery = {
  readonly run?: string;
  readonly by?: UsageGroup;
  /** Milliseconds since the epoch. */
  readonly since?: number;
};

type DiffQuery = {
  /** Commits. */
  readonly from?: string;
  readonly to?: string;
  /** The patch of this file alone. */
  readonly path?: string;
  /** No patch at all. */
  readonly only?: "files";
};

type TranscriptWindow = {
  readonly from: number;
  readonly total: number;
  readonly entries: readonly TranscriptEntry[];
};

export type Client = {
  readonly health: (options?: Signal) => Promise<Health>;
  /** The same key again answers with the run that the first request started. */
  readonly startRun: (
    request: StartRun,
    options?: Signal & { key?: string },
  ) => Promise<RunStarted>;
  readonly runs: (query?: RunsQuery, options?: Signal) => Promise<RunPage>;
  readonly run: (run: string, options?: Signal) => Promise<RunView>;
  readonly usage: (query: UsageQuery, options?: Signal) => Promise<UsageReport>;
  readonly command: (run: string, command: PersonCommand, options?: Signal) => Promise<Accepted>;
  /** Replaces an artifact of a run. */
  readonly amend: (
    run: string,
    artifact: { readonly name: string; readonly text: string },
    options?: Signal,
  ) => Promise<Accepted>;
  readonly artifact: (run: string, name: string, options?: Signal) => Promise<string>;
  readonly eventsOf: (
    run: string,
    window: { readonly after: number; readonly limit?: number },
    options?: Signal,
  ) => Promise<readonly RunEvent[]>;
  readonly diff: (run: string, query?: DiffQuery, options?: Signal) => Promise<DiffView>;
  readonly sessions: (run: string, options?: Signal) => Promise<readonly SessionView[]>;
  /** A window by position; a negative `from` counts from the end. */
  readonly transcript: (
    session: string,
    window: { readonly from: number; readonly limit: number },
    options?: Signal,
  ) => Promise<TranscriptWindow>;
  readonly attention: (
    query?: { readonly run?: string },
    options?: Signal,
  ) => Promise<readonly AttentionItem[]>;
  readonly events: (query: EventQuery) => AsyncGenerator<RunEvent>;
  readonly shell: (run: string, options?: Signal) => Promise<ShellSpec>;
  readonly doctor: (request: DoctorRequest, options?: Signal) => Promise<DoctorReport>;
  /** `path`: a folder of the project; without one, of the user and the catalogue. */
  readonly agents: (query?: { readonly path?: string }, options?: Signal) => Promise<AgentsReport>;
  readonly testAgent: (request: AgentTestRequest, options?: Signal) => Promise<AgentTrial>;
  /** Pauses a run and ends its turns at once. */
  readonly halt: (run: string, reason: string, options?: Signal) => Promise<Accepted>;
  readonly fleet: (options?: Signal) => Promise<Fleet>;
  /** To every run that has not ended; `stop` pauses and ends turns at once. */
  readonly orderFleet: (
    order: "pause" | "stop" | "resume",
    wish: FleetPause,
    options?: Signal,
  ) => Promise<FleetPaused>;
  /** Opens the command center's listener where it is closed. */
  readonly webLink: (options?: Signal) => Promise<WebLink>;
  /** Where the command center listens, if it does. */
  readonly web: (options?: Signal) => Promise<WebState>;
  readonly tokens: (options?: Signal) => Promise<readonly TokenView[]>;
  readonly createToken: (wish: CreateToken, options?: Signal) => Promise<TokenCreated>;
  readonly removeToken: (id: string, options?: Signal) => Promise<void>;
  readonly advise: (request: AdviceRequest, options?: Signal) => Promise<Advice>;
  readonly opinion: (
    run: string,
    finding: string,
    options?: Signal & { readonly agent?: string },
  ) => Promise<Opinion>;
  readonly gc: (options?: Signal) => Promise<{ readonly removed: number }>;
  /** The daemon has begun to end when this resolves. */
  readonly stop: (options?: Signal) => Promise<void>;
};

export type ClientOptions = WireOptions & {
  /** Starts the daemon when it does not answer; the request is then sent once more. */
  readonly start?: (() => Promise<void>) | undefined;
};

export function createClient(options: ClientOptions): Client {
  const reach = async (request: WireRequest) => {
    try {
      return await open(options, request);
    } catch (error) {
      const isGone = error instanceof TuttiError && error.code === "daemon.unreachable";
      if (!isGone || options.start === undefined) throw error;
      await options.start();
      return open(options, request);
    }
  };
  const text = async (request: WireRequest): Promise<string> => readText(await reach(request));
  return {
    ...runCalls(text),
    ...recordCalls(text),
    ...daemonCalls(text),
    ...accessCalls(text),
    ...fleetCalls(text),
    events: follow,
  };

  async function* follow(query: EventQuery): AsyncGenerator<RunEvent> {
    if (options.start !== undefined) await text({ path: "/health", signal: query.signal });
    yield* readEvents(options, query);
  }
}

type Text = (request: WireRequest) => Promise<string>;

function runCalls(text: Text) {
  return {
    startRun: async (request, { key, signal } = {}) =>
      JSON.parse(
        await text({
          method: "POST",
          path: "/runs",
          body: json(request),
          ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
          ...signalOf(signal),
        }),
      ),
    runs: async ({ project, states, cursor, limit } = {}, { signal } = {}) => {
      const query = search({ project, states: states?.join(","), cursor, limit });
      return JSON.parse(await text({ path: `/runs${query}`, ...signalOf(signal) }));
    },
    run: async (run, { signal } = {}) =>
      JSON.parse(await text({ path: runPath(run), ...signalOf(signal) })),
    usage: async (query, { signal } = {}) =>
      JSON.parse(await text({ path: `/usage${search(query)}`, ...signalOf(signal) })),
    command: async (run, command, { signal } = {}) => {
      const path = `${runPath(run)}/commands`;
      const body = json(command);
      return JSON.parse(await text({ method: "POST", path, body, ...signalOf(signal) }));
    },
    amend: async (run, artifact, { signal } = {}) => {
      const path = `${runPath(run)}/artifacts/${encodeURIComponent(artifact.name)}`;
      const body = { type: "text/plain; charset=utf-8", text: artifact.text };
      return JSON.parse(await text({ method: "PUT", path, body, ...signalOf(signal) }));
    },
  } satisfies Partial<Client>;
}

function recordCalls(text: Text) {
  return {
    artifact: (run, name, { signal } = {}) =>
      text({ path: `${runPath(run)}/artifacts/${encodeURIComponent(name)}`, ...signalOf(signal) }),
    eventsOf: async (run, window, { signal } = {}) => {
      const path = `${runPath(run)}/events${search(window)}`;
      return JSON.parse(await text({ path, ...signalOf(signal) })).items;
    },
    diff: async (run, query = {}, { signal } = {}) => {
      const path = `${runPath(run)}/diff${search(query)}`;
      return JSON.parse(await text({ path, ...signalOf(signal) }));
    },
    sessions: async (run, { signal } = {}) =>
      JSON.parse(await text({ path: `${runPath(run)}/sessions`, ...signalOf(signal) })).items,
    transcript: async (session, window, { signal } = {}) => {
      const path = `/sessions/${encodeURIComponent(session)}/transcript${search(window)}`;
      return JSON.parse(await text({ path, ...signalOf(signal) }));
    },
    attention: async (query = {}, { signal } = {}) =>
      JSON.parse(await text({ path: `/attention${search(query)}`, ...signalOf(signal) })).items,
    shell: async (run, { signal } = {}) =>
      JSON.parse(await text({ path: `${runPath(run)}/shell`, ...signalOf(signal) })),
  } satisfies Partial<Client>;
}

function daemonCalls(text: Text) {
  const post = { method: "POST" } as const;
  return {
    health: async ({ signal } = {}) =>
      JSON.parse(await text({ path: "/health", ...signalOf(signal) })),
    doctor: async (request, { signal } = {}) =>
      JSON.parse(
        await text({ ...post, path: "/doctor", body: json(request), ...signalOf(signal) }),
      ),
    agents: async (query = {}, { signal } = {}) =>
      JSON.parse(await text({ path: `/agents${search(query)}`, ...signalOf(signal) })),
    testAgent: async (request, { signal } = {}) =>
      JSON.parse(
        await text({ ...post, path: "/agents/test", body: json(request), ...signalOf(signal) }),
      ),
    advise: async (request, { signal } = {}) => {
      const path = "/project/advice";
      return JSON.parse(await text({ ...post, path, body: json(request), ...signalOf(signal) }));
    },
    opinion: async (run, finding, { agent, signal } = {}) => {
      const path = `${runPath(run)}/findings/${encodeURIComponent(finding)}/opinion`;
      const body = json(agent === undefined ? {} : { agent });
      return JSON.parse(await text({ ...post, path, body, ...signalOf(signal) }));
    },
    gc: async ({ signal } = {}) =>
      JSON.parse(await text({ ...post, path: "/gc", ...signalOf(signal) })),
    stop: async ({ signal } = {}) => {
      await text({ ...post, path: "/stop", ...signalOf(signal) });
    },
  } satisfies Partial<Client>;
}

function accessCalls(text: Text) {
  return {
    webLink: async ({ signal } = {}) =>
      JSON.parse(await text({ method: "POST", path: "/web/links", ...signalOf(signal) })),
    web: async ({ signal } = {}) => JSON.parse(await text({ path: "/web", ...signalOf(signal) })),
    tokens: async ({ signal } = {}) =>
      JSON.parse(await text({ path: "/tokens", ...signalOf(signal) })).items,
    createToken: async (wish, { signal } = {}) => {
      const body = json(wish);
      return JSON.parse(await text({ method: "POST", path: "/tokens", body, ...signalOf(signal) }));
    },
    removeToken: async (id, { signal } = {}) => {
      const path = `/tokens/${encodeURIComponent(id)}`;
      await text({ method: "DELETE", path, ...signalOf(signal) });
    },
  } satisfies Partial<Client>;
}

function fleetCalls(text: Text) {
  return {
    halt: async (run, reason, { signal } = {}) => {
      const path = `${runPath(run)}/halt`;
      const body = json({ reason });
      return JSON.parse(await text({ method: "POST", path, body, ...signalOf(signal) }));
    },
    fleet: async ({ signal } = {}) =>
      JSON.parse(await text({ path: "/fleet", ...signalOf(signal) })),
    orderFleet: async (order, wish, { signal } = {}) => {
      const path = `/fleet/${order}`;
      const body = json(wish);
      return JSON.parse(await text({ method: "POST", path, body, ...signalOf(signal) }));
    },
  } satisfies Partial<Client>;
}

const runPath = (run: string): string => `/runs/${encodeURIComponent(run)}`;
const json = (value: unknown) => ({ type: "application/json", text: JSON.stringify(value) });
const signalOf = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

function search(query: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}
