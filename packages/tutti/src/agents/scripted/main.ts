/**
 * The scripted agent: `node main.ts SCRIPT.json`. A real ACP agent on stdin and stdout that does
 * what its script says instead of asking a model. It is used by the demo and by the tests; it
 * imports nothing outside its folder, so that the fence need only show that folder and Node.
 */
import { readFileSync } from "node:fs";
import { countPrompt } from "./memory.ts";
import { parseScript } from "./parse.ts";
import {
  makeSession,
  nextId,
  offersOf,
  recall,
  remember,
  type Session,
  sessionVariables,
  setOption,
} from "./sessions.ts";
import type { Action, Script } from "./script.ts";
import type { Outcome, Stage } from "./stage.ts";
import { markerOf, performAll, turnFor } from "./turn.ts";
import type { Answer, Call, Wire } from "./wire.ts";
import { connect, isMessage } from "./wire.ts";

const INVALID_REQUEST = -32_600;
const INVALID_PARAMS = -32_602;

const USAGE_EXIT = 2;

const refuse = (code: number, message: string): Answer => ({ error: { code, message } });

const load = (path: string | undefined): { readonly path: string; readonly script: Script } => {
  try {
    if (path === undefined) throw new Error("usage: node main.ts SCRIPT.json");
    return { path, script: parseScript(readFileSync(path, "utf8")) };
  } catch (error) {
    process.stderr.write(
      `${path ?? "scripted agent"}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(USAGE_EXIT);
  }
};

const { path, script } = load(process.argv[2]);
const sessions = new Map<string, Session>();
let tools = 0;

const stageOf = (
  session: Session,
  signal: AbortSignal,
  facts: Readonly<Record<string, string>>,
): Stage => {
  const stage: Stage = {
    wire,
    session: session.id,
    cwd: session.cwd,
    signal,
    env: { ...process.env, ...sessionVariables(session), ...facts },
    usage: session.usage,
    update: (update) => {
      remember(script, session.id, update);
      wire.notify("session/update", { sessionId: session.id, update });
    },
    nextTool: () => `tool-${(tools += 1)}`,
    perform: (actions) => performAll(actions, stage),
  };
  return stage;
};

/** Actions before a session exists: misbehaviour in the handshake. */
const prelude = async (actions: readonly Action[] | undefined): Promise<Answer | null> => {
  if (actions === undefined) return null;
  const outcome = await performAll(
    actions,
    stageOf(
      makeSession(script, { id: "s-0", cwd: process.cwd(), mcpServers: [] }),
      new AbortController().signal,
      {},
    ),
  );
  return outcome !== null && "refuse" in outcome ? { error: outcome.refuse } : null;
};

const initialize = async (): Promise<Answer> => {
  const failed = await prelude(script.onInitialize);
  return (
    failed ?? {
      result: {
        protocolVersion: script.protocolVersion ?? 1,
        agentInfo: { name: script.name ?? "scripted", version: "1.0.0" },
        agentCapabilities: {
          loadSession: script.continues === "load",
          sessionCapabilities: script.continues === "resume" ? { resume: {} } : {},
        },
        authMethods: [],
      },
    }
  );
};

const placeOf = ({ params }: Call, id: string) => ({
  id,
  cwd: String(params["cwd"]),
  mcpServers: params["mcpServers"],
});

const openSession = async (call: Call): Promise<Answer> => {
  const failed = await prelude(script.onSession);
  if (failed !== null) return failed;
  const id = nextId(script, new Set(sessions.keys()));
  const session = makeSession(script, placeOf(call, id));
  sessions.set(id, session);
  return { result: { sessionId: id, ...offersOf(script, session) } };
};

/** `session/load` sends again what was sent before; `session/resume` does not. */
const continueSession = async (call: Call): Promise<Answer> => {
  const failed = await prelude(script.onContinue);
  if (failed !== null) return failed;
  const id = String(call.params["sessionId"]);
  const history = recall(id);
  if (history === null) return refuse(INVALID_PARAMS, "no such session");
  const session = makeSession(script, placeOf(call, id));
  sessions.set(id, session);
  if (call.method === "session/load")
    for (const update of history) wire.notify("session/update", { sessionId: id, update });
  return { result: offersOf(script, session) };
};

const setMode = (session: Session, { params }: Call): Answer => {
  const mode = String(params["modeId"]);
  if (script.modes?.includes(mode) !== true) return refuse(INVALID_PARAMS, `no such mode: ${mode}`);
  if (script.keepsMode !== true) session.mode = mode;
  else {
    const update = { sessionUpdate: "current_mode_update", currentModeId: session.mode };
    wire.notify("session/update", { sessionId: session.id, update });
  }
  return { result: {} };
};

const setConfigOption = (session: Session, { params }: Call): Answer => {
  const [id, value] = [String(params["configId"]), String(params["value"])];
  const result = setOption(script, session, { id, value });
  return result === null ? refuse(INVALID_PARAMS, `no such option: ${id} ${value}`) : { result };
};

const promptText = (blocks: unknown): string =>
  Array.isArray(blocks)
    ? blocks
        .map((block: unknown) =>
          isMessage(block) && typeof block["text"] === "string" ? block["text"] : "",
        )
        .join("\n")
    : "";

const answerOf = (outcome: Outcome, { inputTokens, outputTokens }: Stage["usage"]): Answer => {
  if (outcome !== null && "refuse" in outcome) return { error: outcome.refuse };
  const usage = { totalTokens: inputTokens + outputTokens, inputTokens, outputTokens };
  return {
    result: {
      stopReason: outcome === null ? "end_turn" : outcome.stop,
      ...(usage.totalTokens > 0 ? { usage } : {}),
    },
  };
};

const prompt = async (session: Session, { params }: Call): Promise<Answer> => {
  if (session.turn !== null) return refuse(INVALID_REQUEST, "a turn is running");
  const text = promptText(params["prompt"]);
  const marker = markerOf(text);
  const nth = countPrompt(path, marker.step);
  const turn = turnFor(script, text, { ...marker, nth });
  if (turn === null)
    return refuse(
      INVALID_PARAMS,
      `no turn of the script fits step "${marker.step}", attempt ${marker.attempt}, nth ${nth}`,
    );
  session.turn = new AbortController();
  const facts = {
    SCRIPTED_STEP: marker.step,
    SCRIPTED_ATTEMPT: String(marker.attempt),
    SCRIPTED_NTH: String(nth),
  };
  const before = { ...session.usage };
  const outcome = await performAll(turn.do, stageOf(session, session.turn.signal, facts));
  session.turn = null;
  const { inputTokens, outputTokens, costUsd } = session.usage;
  const used = {
    inputTokens: inputTokens - before.inputTokens,
    outputTokens: outputTokens - before.outputTokens,
    costUsd: costUsd - before.costUsd,
  };
  return answerOf(outcome, used);
};

const cancel = (session: Session): Answer => {
  session.turn?.abort();
  return { result: {} };
};

const inSession = async (call: Call): Promise<Answer | null> => {
  const session = sessions.get(String(call.params["sessionId"]));
  if (session === undefined) return refuse(INVALID_PARAMS, "no such session");
  switch (call.method) {
    case "session/prompt":
      return prompt(session, call);
    case "session/set_mode":
      return setMode(session, call);
    case "session/set_config_option":
      return setConfigOption(session, call);
    case "session/cancel":
      return cancel(session);
    default:
      return null;
  }
};

const answer = async (call: Call): Promise<Answer | null> => {
  if (call.method === "initialize") return initialize();
  if (call.method === "session/new") return openSession(call);
  if (call.method === `session/${script.continues}`) return continueSession(call);
  return call.method.startsWith("session/") ? inSession(call) : null;
};

const wire: Wire = connect(answer, () => process.exit(0));
