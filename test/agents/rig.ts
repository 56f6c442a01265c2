/** The rig of the conformance suite for a real agent: its model plays the script. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentConfig } from "@tutti/protocol";
import { acpAgents } from "../../packages/tutti/src/agents/acp/agents.ts";
import type { Place } from "../../packages/tutti/src/engine/ports/place.ts";
import type { Sandbox } from "../../packages/tutti/src/engine/ports/sandbox.ts";
import { systemClock } from "../../packages/tutti/src/platform/clock.ts";
import { createSandbox } from "../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import type { Rig } from "../conformance/agents/rig.ts";
import { createStage, LIMITS, sessionOf } from "../conformance/agents/rig.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import type { ModelServer } from "../fixtures/model-server/server.ts";
import { startModelServer } from "../fixtures/model-server/server.ts";
import type { Handler } from "../fixtures/model-server/step.ts";
import { MODELS, realAgent } from "../fixtures/real-agents.ts";

const MODEL_PORT = 8484;
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
  const launch = agent.entry.launch({
    gatewayUrl: `http://127.0.0.1:${MODEL_PORT}`,
    token: TOKEN,
    model: MODELS[id] ?? agent.entry.model,
    effort: null,
    home: HOME,
  });
  const withModels: Sandbox = {
    ...sandbox,
    launch: (spec, options) =>
      sandbox.launch(
        {
          ...spec,
          homeFiles: launch.homeFiles,
          listeners: [{ port: MODEL_PORT, attach: models.attach }],
        },
        options,
      ),
  };
  const agents = acpAgents({ sandbox: withModels, clock: systemClock });
  const open: Rig["open"] = async (script, { agent: change, limits, signal } = {}) => {
    played.handler = playing(script);
    const { mode } = agent.entry.quirks;
    const config = AgentConfig.parse({
      command: [...agent.command, ...launch.args],
      family: agent.entry.family,
      ...(mode === null ? {} : { mode }),
      ...change,
      env: { ...launch.env, ...change?.env },
    });
    const spec = {
      name: id,
      agent: config,
      place,
      owner: "e-conformance1",
      limits: { ...LIMITS, ...limits },
    };
    return agents.open(spec, { signal: signal ?? new AbortController().signal });
  };
  return {
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
