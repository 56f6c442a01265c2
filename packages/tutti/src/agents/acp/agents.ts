/**
 * Any agent that speaks the Agent Client Protocol, version 1, on its standard streams, started by
 * its command in the fence. It gets no client file system and no terminal: what it does, it does
 * inside.
 *
 *   prepare ─► launch ─► initialize ─► go on with the earlier session ─► settings ─► opened
 *                              │                 └ cannot, or fails: once more from launch,
 *                              └─────────────────► new session ────────► settings ─► opened
 */
import type { AgentFailure, Agents, Session, SessionSpec } from "../../engine/ports/agents.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Sandbox } from "../../engine/ports/sandbox.ts";
import { type Call, call, START_CANCELLED } from "./call.ts";
import {
  capabilitiesOf,
  continueSession,
  mcpServersOf,
  newSession,
  wayOn,
  type Capabilities,
} from "./conversation.ts";
import { answerFailure, HarnessError, launchFailure } from "./failures.ts";
import { type Prepared, prepareLaunch, type Supplies } from "./launch-plan.ts";
import { HANDSHAKE_MS } from "./limits.ts";
import { openLink } from "./link.ts";
import { Initialized } from "./messages.ts";
import { createScene, type Scene } from "./scene.ts";
import { createSession } from "./session.ts";
import { applySettings, type Fresh } from "./settings.ts";

export type AcpParts = Supplies & { readonly sandbox: Sandbox; readonly clock: Clock };

const PROTOCOL_VERSION = 1;

const INITIALIZE = {
  protocolVersion: PROTOCOL_VERSION,
  clientInfo: { name: "tutti", version: "1" },
  clientCapabilities: {
    fs: { readTextFile: false, writeTextFile: false },
    terminal: false,
    elicitation: { form: {} },
  },
};

type Opened = Awaited<ReturnType<Agents["open"]>>;
type Greeted = {
  readonly agent: { readonly name: string; readonly version: string };
  readonly capabilities: Capabilities;
};

/** @throws HarnessError */
const initialize = async (to: Call): Promise<Greeted> => {
  const answer = Initialized.safeParse(await call(to, "initialize", INITIALIZE));
  if (!answer.success) throw HarnessError.of(answerFailure("initialize", answer.error));
  const { protocolVersion, agentInfo } = answer.data;
  if (protocolVersion !== PROTOCOL_VERSION)
    throw new HarnessError(
      "agent.protocol",
      `The agent speaks ACP version ${protocolVersion}; Tutti speaks version ${PROTOCOL_VERSION}.`,
    );
  return {
    agent: agentInfo ?? { name: "unknown", version: "unknown" },
    capabilities: capabilitiesOf(answer.data),
  };
};

/** Thrown when an earlier session cannot be gone on with in this process. Never leaves this file. */
class StartAfresh extends Error {
  readonly because: string;

  constructor(because: string) {
    super(because);
    this.because = because;
  }
}

type Start = {
  readonly parts: AcpParts;
  readonly spec: SessionSpec;
  readonly prepared: Prepared;
  readonly signal: AbortSignal;
  /** For the transcript's first turn. */
  readonly notes: readonly string[];
};

/** The agent's session, and whether it is the earlier one. @throws HarnessError, StartAfresh */
const converse = async (
  to: Call,
  { capabilities }: Greeted,
  { parts, spec, prepared, signal, scene }: Start & { readonly scene: Scene },
): Promise<{ readonly session: Fresh; readonly isContinued: boolean; readonly why: string[] }> => {
  const { entry } = prepared;
  const { earlier = null } = spec;
  const fresh = async (why: string[]) => ({
    session: await newSession(to, spec, entry),
    isContinued: false,
    why,
  });
  if (earlier === null) return fresh([]);
  const way = wayOn(earlier, { capabilities, entry, now: parts.clock.now() });
  if (way.kind === "new") return fresh([startedAfresh(way.because)]);
  const unmute = scene.mute();
  try {
    const { method } = way;
    const session = await continueSession(to, { id: earlier.id, method }, { spec, entry });
    return { session, isContinued: true, why: [] };
  } catch (error) {
    // The process may be in any state now, so a new one is started.
    if (error instanceof HarnessError && !signal.aborted) throw new StartAfresh(error.message);
    throw error;
  } finally {
    unmute();
  }
};

const startedAfresh = (because: string): string =>
  `The session of the attempt before is not gone on with (${because}); a new one begins from what is approved.`;

const mcpNote = ({ spec, prepared: { entry } }: Start): readonly string[] =>
  Object.keys(spec.mcp ?? {}).length > 0 && mcpServersOf(spec, entry).length === 0
    ? [
        `${entry?.title ?? "The agent"} takes no MCP servers over standard streams, so it gets none.`,
      ]
    : [];

/** @throws HarnessError, StartAfresh; nothing of the process is left then. */
const handshake = async (start: Start): Promise<Extract<Opened, { kind: "opened" }>> => {
  const { parts, spec, prepared, signal } = start;
  const startedAt = performance.now();
  const process = await parts.sandbox.launch(prepared.launch, { signal });
  const scene = createScene(parts.clock);
  const link = openLink(process, prepared.launch.command, scene.conversation);
  const to: Call = { link, timeoutMs: Math.min(HANDSHAKE_MS, spec.limits.silenceMs), signal };
  try {
    const greeted = await initialize(to);
    const initializedMs = Math.round(performance.now() - startedAt);
    const { session, isContinued, why } = await converse(to, greeted, { ...start, scene });
    const openedAt = isContinued ? (spec.earlier?.openedAt ?? 0) : parts.clock.now();
    const settled = await applySettings(to, session, {
      spec,
      entry: prepared.entry,
      modeNow: scene.mode,
    });
    const notes = [...start.notes, ...why, ...mcpNote(start), ...prepared.notes, ...settled];
    const { limits } = spec;
    return {
      kind: "opened",
      agent: greeted.agent,
      pid: process.pid,
      initializedMs,
      conversation: { id: session.id, openedAt, isContinued },
      session: createSession({ id: session.id, link, scene, notes, limits }),
    };
  } catch (error) {
    await link.stop();
    scene.transcriber.flush();
    throw error;
  }
};

const start = async (first: Start): Promise<Extract<Opened, { kind: "opened" }>> => {
  try {
    return await handshake(first);
  } catch (error) {
    if (!(error instanceof StartAfresh)) throw error;
    const spec = { ...first.spec, earlier: null };
    return await handshake({ ...first, spec, notes: [startedAfresh(error.because)] });
  }
};

/** The session, and behind it what was taken for it. */
const owning = (session: Session, { lease }: Prepared, held: AsyncDisposableStack): Session => ({
  ...(lease === null ? {} : { budgetStop: lease.budgetStop }),
  prompt: (text, options) => session.prompt(text, options),
  answer: (permission, option, rule) => session.answer(permission, option, rule),
  answerQuestion: (question, answer, rule) => session.answerQuestion(question, answer, rule),
  ranMs: () => session.ranMs(),
  [Symbol.asyncDispose]: async () => {
    await session[Symbol.asyncDispose]();
    await held.disposeAsync();
  },
});

export const acpAgents = (parts: AcpParts): Agents => ({
  open: async (spec, { signal }) => {
    await using held = new AsyncDisposableStack();
    try {
      const prepared = await prepareLaunch(spec, parts, { held, signal });
      const opened = await start({ parts, spec, prepared, signal, notes: [] });
      return { ...opened, session: owning(opened.session, prepared, held.move()) };
    } catch (error) {
      const failure: AgentFailure = signal.aborted ? START_CANCELLED : launchFailure(error);
      return { kind: "failed", failure };
    }
  },
});
