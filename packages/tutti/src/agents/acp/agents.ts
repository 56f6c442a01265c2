/**
 * Any agent that speaks the Agent Client Protocol, version 1, on its standard streams, started by
 * its command in the fence. It gets no client file system and no terminal: what it does, it does
 * inside.
 */
import type { AgentFailure, Agents, SessionSpec } from "../../engine/ports/agents.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { FencedProcess, Sandbox } from "../../engine/ports/sandbox.ts";
import { answerFailure, failure, isErrorAnswer, launchFailure } from "./failures.ts";
import { HANDSHAKE_MS } from "./limits.ts";
import type { Link } from "./link.ts";
import { openLink, within } from "./link.ts";
import { Initialized, NewSession } from "./messages.ts";
import type { Scene } from "./scene.ts";
import { createScene } from "./scene.ts";
import { createSession } from "./session.ts";

export type AcpParts = { readonly sandbox: Sandbox; readonly clock: Clock };

const PROTOCOL_VERSION = 1;

const INITIALIZE = {
  protocolVersion: PROTOCOL_VERSION,
  clientInfo: { name: "tutti", version: "1" },
  clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
};

/** A step of the handshake that did not work. Never leaves this file. */
class HandshakeError extends Error {
  readonly failure: AgentFailure;

  constructor(cause: AgentFailure) {
    super(cause.message);
    this.failure = cause;
  }
}

type Call = { readonly link: Link; readonly timeoutMs: number; readonly signal: AbortSignal };

const START_CANCELLED = failure("agent.stopped", "The start of the agent was cancelled.");

const stopped = (signal: AbortSignal): Promise<AgentFailure> =>
  new Promise((resolve) => {
    const stop = (): void => resolve(START_CANCELLED);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/** One request of the handshake. @throws HandshakeError */
const call = async (
  { link, timeoutMs, signal }: Call,
  method: string,
  params: unknown,
): Promise<unknown> => {
  const answer = link.request(method, params).then(
    (value) => ({ value }),
    async (error: unknown) => (isErrorAnswer(error) ? answerFailure(method, error) : link.lost),
  );
  const outcome = await within(Promise.race([answer, link.lost, stopped(signal)]), timeoutMs);
  if (outcome === undefined)
    throw new HandshakeError(
      failure("agent.silent", `The agent did not answer ${method} within ${timeoutMs / 1000} s.`),
    );
  if ("value" in outcome) return outcome.value;
  throw new HandshakeError(outcome);
};

const initialize = async (
  to: Call,
): Promise<{ readonly name: string; readonly version: string }> => {
  const answer = Initialized.safeParse(await call(to, "initialize", INITIALIZE));
  if (!answer.success) throw new HandshakeError(answerFailure("initialize", answer.error));
  const { protocolVersion, agentInfo } = answer.data;
  if (protocolVersion !== PROTOCOL_VERSION)
    throw new HandshakeError(
      failure(
        "agent.protocol",
        `The agent speaks ACP version ${protocolVersion}; Tutti speaks version ${PROTOCOL_VERSION}.`,
      ),
    );
  return agentInfo ?? { name: "unknown", version: "unknown" };
};

/** Sets the mode the old way (modes) or the new one (a config option of category mode). Returns a note when it is not offered. */
const setMode = async (to: Call, session: NewSession, mode: string): Promise<string | null> => {
  const { sessionId } = session;
  const modes = session.modes?.availableModes.map(({ id }) => id) ?? [];
  if (modes.includes(mode)) {
    await call(to, "session/set_mode", { sessionId, modeId: mode });
    return null;
  }
  const option = session.configOptions?.find(
    ({ id, category }) => category === "mode" || id === "mode",
  );
  if (option?.options.some(({ value }) => value === mode) === true) {
    await call(to, "session/set_config_option", { sessionId, configId: option.id, value: mode });
    return null;
  }
  const offered = [...modes, ...(option?.options.map(({ value }) => value) ?? [])];
  return `The agent does not offer the mode "${mode}"; it offers ${offered.length === 0 ? "none" : offered.join(", ")}.`;
};

const newSession = async (
  to: Call,
  spec: SessionSpec,
): Promise<{ readonly id: string; readonly notes: readonly string[] }> => {
  const answer = NewSession.safeParse(
    await call(to, "session/new", { cwd: spec.place.root, mcpServers: [] }),
  );
  if (!answer.success) throw new HandshakeError(answerFailure("session/new", answer.error));
  const note =
    spec.agent.mode === undefined ? null : await setMode(to, answer.data, spec.agent.mode);
  return { id: answer.data.sessionId, notes: note === null ? [] : [note] };
};

type Opened = Awaited<ReturnType<Agents["open"]>>;

const handshake = async (
  spec: SessionSpec,
  process: FencedProcess,
  { scene, signal }: { readonly scene: Scene; readonly signal: AbortSignal },
): Promise<Opened> => {
  const link = openLink(process, spec.agent.command, scene.conversation);
  const to: Call = { link, timeoutMs: Math.min(HANDSHAKE_MS, spec.limits.silenceMs), signal };
  try {
    const agent = await initialize(to);
    const { id, notes } = await newSession(to, spec);
    return {
      kind: "opened",
      agent,
      session: createSession({ id, link, scene, notes, limits: spec.limits }),
    };
  } catch (error) {
    await link.stop();
    scene.transcriber.flush();
    if (error instanceof HandshakeError) return { kind: "failed", failure: error.failure };
    throw error;
  }
};

export const acpAgents = ({ sandbox, clock }: AcpParts): Agents => ({
  open: async (spec, { signal }) => {
    const { place, agent, owner } = spec;
    let process: FencedProcess;
    try {
      process = await sandbox.launch(
        { place, command: agent.command, env: agent.env, egress: agent.egress, owner },
        { signal },
      );
    } catch (error) {
      return { kind: "failed", failure: signal.aborted ? START_CANCELLED : launchFailure(error) };
    }
    return handshake(spec, process, { scene: createScene(clock), signal });
  },
});
