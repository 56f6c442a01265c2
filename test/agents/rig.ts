/** The rig of the conformance suite for a real agent: its model plays the script. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentConfig } from "@tutti/protocol";
import { acpAgents } from "../../packages/tutti/src/agents/acp/agents.ts";
import { createLogins } from "../../packages/tutti/src/agents/acp/logins.ts";
import { catalogEntry } from "../../packages/tutti/src/agents/catalog/catalog.ts";
import type { Place } from "../../packages/tutti/src/engine/ports/place.ts";
import type { Gateway } from "../../packages/tutti/src/engine/ports/gateway.ts";
import { systemClock } from "../../packages/tutti/src/platform/clock.ts";
import { createSandbox } from "../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import type { Rig } from "../conformance/agents/rig.ts";
import { createStage, GRANT, LIMITS, sessionOf } from "../conformance/agents/rig.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import type { ModelServer } from "../fixtures/model-server/server.ts";
import { startModelServer } from "../fixtures/model-server/server.ts";
import type { Handler } from "../fixtures/model-server/step.ts";
import { MODELS, realAgent } from "../fixtures/real-agents.ts";

const TOKEN = "tutti-conformance";
/** Codex takes no home below the folder for temporary files. */
const HOME = "/home/agent";
const MAX_BYTES = 1024 * 1024 * 1024;

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
    clock: systemClock,
    gateway,
    catalog: catalogEntry,
    logins: createLogins(join(data, "logins")),
  });
  const open: Rig["open"] = async (script, { agent: change, limits, signal, spec: more } = {}) => {
    played.handler = playing(script);
    const config = AgentConfig.parse({
      catalog: id,
      command: [...agent.command],
      family: agent.entry.family,
      model: MODELS[id],
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
