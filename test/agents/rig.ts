/** The rig of the conformance suite for a real agent: its model plays the script. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentConfig } from "@tutti/protocol";
import { acpAgents } from "../../packages/tutti/src/agents/acp/agents.ts";
import { createLogins } from "../../packages/tutti/src/agents/acp/logins.ts";
import { catalogEntry } from "../../packages/tutti/src/agents/catalog/catalog.ts";
import type { CatalogEntry } from "../../packages/tutti/src/agents/catalog/entry.ts";
import type { Place } from "../../packages/tutti/src/engine/ports/place.ts";
import type { Gateway } from "../../packages/tutti/src/engine/ports/gateway.ts";
import { systemClock } from "../../packages/tutti/src/platform/clock.ts";
import { createSandbox } from "../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import type { Rig, Thought } from "../conformance/agents/rig.ts";
import { createStage, doing, GRANT, LIMITS, sessionOf } from "../conformance/agents/rig.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import { record, text } from "../fixtures/model-server/json.ts";
import type { ModelRecord, ModelServer } from "../fixtures/model-server/server.ts";
import { startModelServer } from "../fixtures/model-server/server.ts";
import type { Handler } from "../fixtures/model-server/step.ts";
import { MODELS, realAgent } from "../fixtures/real-agents.ts";

const TOKEN = "tutti-conformance";
/** Codex takes no home below the folder for temporary files. */
const HOME = "/home/agent";
const MAX_BYTES = 1024 * 1024 * 1024;

/** Models for which an effort can be set, where there are such, and that effort: none is the default. */
const THINKING: Readonly<Record<string, Pick<Thought, "model" | "effort">>> = {
  "claude-code": { model: "claude-opus-4-6", effort: "medium" },
  codex: { model: "gpt-6.1-sol", effort: "medium" },
  gemini: { model: "gemini-2.5-flash", effort: null },
};

/** Codex tells its model in which mode it is. */
const FULL_ACCESS = /sandbox_mode\W+danger-full-access/u;

const thoughtOf = ({ body, model }: ModelRecord): Thought => ({
  mode: FULL_ACCESS.test(JSON.stringify(body)) ? "agent-full-access" : null,
  model,
  effort:
    text(record(body["output_config"])["effort"]) ||
    text(record(body["reasoning"])["effort"]) ||
    null,
});

const thinkingOf = ({ id, quirks }: CatalogEntry): Rig["thinking"] => {
  const { model = null, effort = null } = THINKING[id] ?? {};
  const agent = { ...(model && { model }), ...(effort && { effort }) };
  const script = doing({ do: "run", command: "true" });
  return { script, agent, expected: { mode: quirks.mode, model, effort } };
};

/** What the model was asked about the newest prompt. */
const newest = ({ requests }: ModelServer): readonly ModelRecord[] => {
  const prompt = requests.findLast((one) => one.prompt !== null)?.prompt;
  return requests.filter((one) => one.prompt !== null && one.prompt === prompt);
};

/** A clock of Node that is ahead, for agents that look at it. */
const ahead = (ms: number): string =>
  `const Now = Date;
globalThis.Date = class extends Now {
  constructor(...given) { super(...(given.length === 0 ? [Now.now() + ${ms}] : given)); }
  static now() { return Now.now() + ${ms}; }
};`;

/** Agents fill their homes: one at a time shares nothing but the machine. */
export type RealRig = Rig & { readonly models: ModelServer };

const placeOf = (place: Place): Place => ({
  ...place,
  maxBytes: MAX_BYTES,
  env: { ...place.env, HOME, PATH: `${dirname(process.execPath)}:${place.env["PATH"] ?? ""}` },
  mounts: place.mounts.map((mount) =>
    mount.source === place.env["HOME"] ? { ...mount, target: HOME } : mount,
  ),
});

export const createRealRig = async (id: string): Promise<RealRig> => {
  const agent = realAgent(id);
  const data = mkdtempSync(join(tmpdir(), "tutti-agents-data-"));
  const stage = createStage("sandbox", agent.reads);
  const place = placeOf(stage.place);
  const played: { handler: Handler } = { handler: () => undefined };
  const models = await startModelServer({ handler: (turn) => played.handler(turn), key: TOKEN });
  const time = { aheadMs: 0 };
  const sandbox = createSandbox({ dataFolder: data });
  const gateway: Gateway = {
    open: () =>
      Promise.resolve({
        token: TOKEN,
        attach: models.attach,
        fetch: () => Promise.reject(new Error("not asked for here")),
        requests: () => [],
        budgetStop: () => null,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    providers: () => Promise.resolve([]),
  };
  const agents = acpAgents({
    sandbox,
    clock: { now: () => systemClock.now() + time.aheadMs },
    gateway,
    catalog: catalogEntry,
    logins: createLogins(join(data, "logins")),
  });
  const clockFile = join(stage.scripts, "clock.cjs");
  const open: Rig["open"] = async (script, options = {}) => {
    const { agent: change, limits, signal, spec: more, aheadMs = 0 } = options;
    played.handler = playing(script);
    time.aheadMs = aheadMs;
    writeFileSync(clockFile, ahead(aheadMs));
    const env = aheadMs === 0 ? {} : { NODE_OPTIONS: `--require=${clockFile}` };
    const config = AgentConfig.parse({
      catalog: id,
      command: [...agent.command],
      family: agent.entry.family,
      model: MODELS[id],
      env,
      ...change,
    });
    const spec = {
      name: id,
      agent: config,
      place,
      owner: "e-conformance1",
      limits: { ...LIMITS, ...limits },
      models: GRANT,
      ...more,
    };
    return agents.open(spec, { signal: signal ?? new AbortController().signal });
  };
  return {
    scripts: stage.scripts,
    place,
    models,
    entry: agent.entry,
    thinking: thinkingOf(agent.entry),
    thought: () => {
      const [first] = newest(models);
      return first === undefined ? { mode: null, model: null, effort: null } : thoughtOf(first);
    },
    told: () =>
      newest(models)
        .map(({ body }) => JSON.stringify(body))
        .join("\n"),
    call: (tool, args) => ({
      do: "request",
      method: "tools/call",
      params: { name: tool, arguments: args },
    }),
    hangs: async () => void (await models.request(({ step }) => step !== null && "hang" in step)),
    open,
    session: (script, options) => sessionOf(open(script, options)),
    leftovers: stage.leftovers,
    [Symbol.asyncDispose]: async () => {
      await models[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
      rmSync(data, { recursive: true, force: true });
    },
  };
};
