/**
 * Suite `agents`: from the opening of a real agent's session to the moment when it can be prompted.
 * Each agent is opened through Tutti (a session of the gateway, files of its home, the fence,
 * initialize, session/new, its mode) and, in turns with that, started by hand with the same command,
 * environment and files and taken through initialize and session/new only. Tutti's own share is the
 * median of the differences of such pairs. The agents are those that `npm run test:agents` installs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import {
  AgentConfig,
  EffectId,
  ModelPolicy,
  ProjectId,
  ProviderConfig,
  RunId,
  StepKey,
} from "@tutti/protocol";
import { acpAgents } from "../packages/tutti/src/agents/acp/agents.ts";
import { createLogins } from "../packages/tutti/src/agents/acp/logins.ts";
import { catalogEntry } from "../packages/tutti/src/agents/catalog/catalog.ts";
import type { LaunchPlan } from "../packages/tutti/src/agents/catalog/entry.ts";
import type { SessionSpec } from "../packages/tutti/src/engine/ports/agents.ts";
import type { Place } from "../packages/tutti/src/engine/ports/place.ts";
import { createGateway } from "../packages/tutti/src/gateway/gateway.ts";
import { systemClock } from "../packages/tutti/src/platform/clock.ts";
import { openSqliteStore } from "../packages/tutti/src/store/sqlite/store.ts";
import { createSandbox } from "../packages/tutti/src/workspace/sandbox/sandbox.ts";
import { startModelServer } from "../test/fixtures/model-server/server.ts";
import { MODELS, REAL_AGENTS, type RealAgent, realAgent } from "../test/fixtures/real-agents.ts";
import { atMost, type Figure, median, plain, type Suite } from "./figures.ts";

/** Pairs; one more before them fills the caches. */
const ROUNDS = 5;
/** Bar: what Tutti adds. */
const SHARE_MAX_MS = 100;
const LIMIT_MS = 60_000;
const MAX_BYTES = 1024 * 1024 * 1024;
/** Codex takes no home below the folder for temporary files. */
const HOME = "/home/agent";
const INITIALIZE = {
  protocolVersion: 1,
  clientInfo: { name: "tutti", version: "1" },
  clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
};

/** A work tree and a home that no other session has seen. */
const fresh = (folder: string, name: string) => {
  const inside = (part: string): string => {
    const path = join(folder, name, part);
    mkdirSync(path, { recursive: true });
    return path;
  };
  return {
    root: inside("tree"),
    home: inside("home"),
    artifacts: inside("artifacts"),
    tmp: inside("tmp"),
  };
};

const environment = (home: string, temporary: string): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  HOME: home,
  TMPDIR: temporary,
  LANG: "C.UTF-8",
});

type Bare = {
  readonly agent: RealAgent;
  readonly plan: LaunchPlan;
  readonly folder: string;
  readonly name: string;
};

/** By hand: spawn, initialize, session/new. Milliseconds until the last answer. */
const openBare = async ({ agent, plan, folder, name }: Bare): Promise<number> => {
  const { root, home, tmp } = fresh(folder, name);
  for (const [path, text] of Object.entries(plan.homeFiles)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const [program = "", ...args] = [...agent.command, ...plan.args];
  const start = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    env: { ...environment(home, tmp), ...plan.env },
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const { pid } = child;
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const request = async (id: number, method: string, params: unknown): Promise<void> => {
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`${program} ended before it answered ${method}`);
        if (value.startsWith("{") && JSON.parse(value).id === id) return;
      }
    };
    await request(1, "initialize", INITIALIZE);
    await request(2, "session/new", { cwd: root, mcpServers: [] });
    return performance.now() - start;
  } finally {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
    await once(child, "close");
  }
};

const placeOf = (agent: RealAgent, folder: string, name: string): Place => {
  const { root, home, artifacts } = fresh(folder, name);
  const writable = { access: "writable" } as const;
  return {
    root,
    artifacts,
    isolation: "sandbox",
    maxBytes: MAX_BYTES,
    tmpBytes: MAX_BYTES,
    env: { ...environment(HOME, "/tmp"), TUTTI_ARTIFACTS: artifacts },
    mounts: [
      { source: root, target: root, ...writable },
      { source: home, target: HOME, ...writable },
      { source: artifacts, target: artifacts, ...writable },
      ...agent.reads.map((path) => ({ source: path, target: path, access: "read-only" as const })),
    ],
  };
};

const specOf = (id: string, agent: RealAgent, place: Place): SessionSpec => ({
  name: id,
  agent: AgentConfig.parse({
    command: agent.command,
    family: agent.entry.family,
    catalog: id,
    model: MODELS[id],
  }),
  place,
  owner: "e-benchmark",
  limits: { turnMs: LIMIT_MS, silenceMs: LIMIT_MS },
  models: {
    caller: {
      run: RunId.parse("r-benchagents1"),
      project: ProjectId.parse("p-benchmark"),
      step: StepKey.parse("build"),
      attempt: 1,
      effect: EffectId.parse("e-benchmark"),
      agent: id,
    },
    policy: ModelPolicy.parse({}),
    budget: { run: {}, day: {} },
  },
});

const createTutti = (folder: string, url: string) => {
  const store = openSqliteStore(folder);
  const provider = (dialect: string) => ProviderConfig.parse({ dialect, url, key: "BENCH_KEY" });
  const gateway = createGateway({
    store,
    secrets: { get: async () => "key-of-the-bench" },
    providers: async () => ({
      anthropic: provider("anthropic"),
      openai: provider("openai"),
      google: provider("google"),
    }),
    clock: systemClock,
    log: () => undefined,
  });
  const agents = acpAgents({
    sandbox: createSandbox({ dataFolder: folder }),
    clock: systemClock,
    gateway,
    catalog: catalogEntry,
    logins: createLogins(join(folder, "logins")),
  });
  return { agents, [Symbol.dispose]: () => store.close() };
};

const measure = async (
  id: string,
  folder: string,
  { agents }: ReturnType<typeof createTutti>,
): Promise<readonly Figure[]> => {
  const agent = realAgent(id);
  const plan = agent.entry.launch({
    // Nobody answers there: up to the first prompt no model is asked.
    gatewayUrl: "http://127.0.0.1:9",
    token: "none",
    model: MODELS[id] ?? agent.entry.model,
    effort: null,
    home: HOME,
  });
  const through: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    bare.push(await openBare({ agent, plan, folder, name: `${id}-bare-${round}` }));
    const spec = specOf(id, agent, placeOf(agent, folder, `${id}-tutti-${round}`));
    const stop = new AbortController();
    const start = performance.now();
    const opened = await agents.open(spec, { signal: stop.signal });
    through.push(performance.now() - start);
    if (opened.kind === "failed") throw new Error(`${id}: ${opened.failure.message}`);
    await opened.session[Symbol.asyncDispose]();
  }
  const differences = through.map((ms, at) => ms - (bare[at] ?? 0));
  const figure = (name: string, values: readonly number[]) => ({
    name: `${id}: ${name}`,
    value: median(values.slice(1)),
    unit: "ms",
  });
  return [
    plain(figure("from open to first prompt", through)),
    plain(figure("spawn, initialize and session/new by hand", bare)),
    atMost(SHARE_MAX_MS, figure("Tutti's own share, median of the differences", differences)),
  ];
};

export const agentsSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-agents-"));
  try {
    await using models = await startModelServer();
    using tutti = createTutti(folder, models.url);
    const figures: Figure[] = [];
    for (const id of REAL_AGENTS) {
      say(`${id}, ${ROUNDS} pairs`);
      figures.push(...(await measure(id, folder, tutti)));
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
