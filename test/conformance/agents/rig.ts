/** A place with a script for the scripted agent, and the adapter under test that runs it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import {
  AgentConfig,
  EffectId,
  type ModelCaller,
  ModelPolicy,
  ProjectId,
  RunId,
  StepKey,
  type TranscriptEntry,
} from "@tutti/protocol";
import { scriptedAgentProgram } from "../../../packages/tutti/src/agents/scripted/program.ts";
import type { Action, Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import type {
  AgentEvent,
  Agents,
  ModelGrant,
  QuestionAnswer,
  Session,
  SessionSpec,
} from "../../../packages/tutti/src/engine/ports/agents.ts";
import type { CatalogEntry } from "../../../packages/tutti/src/agents/catalog/entry.ts";
import type { Place } from "../../../packages/tutti/src/engine/ports/place.ts";
import { TOOL_CLIENT } from "./mcp.ts";

const PROGRAM = scriptedAgentProgram();

type Opened = Awaited<ReturnType<Agents["open"]>>;

export type OpenOptions = {
  readonly agent?: Partial<AgentConfig>;
  readonly limits?: Partial<SessionSpec["limits"]>;
  readonly signal?: AbortSignal;
  readonly spec?: Partial<Pick<SessionSpec, "earlier" | "mcp" | "loginWaitMs">>;
  /** By how much the clocks of Tutti and of a real agent are ahead: time that a session needs passes so. */
  readonly aheadMs?: number;
};

/** What decides for the agent is asked in this way; null where it is not told of such a thing. */
export type Thought = {
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
};

const CALLER: ModelCaller = {
  run: RunId.parse("r-conformance1"),
  project: ProjectId.parse("p-conformance"),
  step: StepKey.parse("build"),
  attempt: 1,
  effect: EffectId.parse("e-conformance1"),
  agent: "alto",
};

export const GRANT: ModelGrant = {
  caller: CALLER,
  policy: ModelPolicy.parse({}),
  budget: { run: {}, day: {} },
};

export type Rig = {
  /** Shown inside, read-only; holds the scripts. */
  readonly scripts: string;
  readonly place: Place;
  /** Of the catalogue; null for the scripted agent. */
  readonly entry: CatalogEntry | null;
  /** What is asked for, and what the agent should think with then. */
  readonly thinking: {
    readonly script: Script;
    readonly agent: Partial<AgentConfig>;
    readonly expected: Thought;
  };
  /** What it thought with, as far as whatever decides for it was told. */
  readonly thought: (events: readonly AgentEvent[]) => Thought;
  /** All that what decides for the agent was told in its newest prompt's turn. */
  readonly told: (events: readonly AgentEvent[]) => string;
  /** The action by which the agent calls a tool of an MCP server. */
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Action;
  /** Resolves when the agent waits for its model in vain. */
  readonly hangs: () => Promise<void>;
  readonly open: (script: Script, options?: OpenOptions) => Promise<Opened>;
  /** Opens or throws the failure's message. */
  readonly session: (script: Script, options?: OpenOptions) => Promise<Session>;
  /** Living processes of this rig, by a mark in their environment. */
  readonly leftovers: () => string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const MARK = "TUTTI_TEST_RIG";

const readQuietly = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process is gone, or another user's.
    return "";
  }
};

const isZombie = (pid: string): boolean => /^State:\s+Z/mu.test(readQuietly(`/proc/${pid}/status`));

/** @throws Error with the failure's message. */
export const sessionOf = async (opening: Promise<Opened>): Promise<Session> => {
  const opened = await opening;
  if (opened.kind === "failed")
    throw new Error(`${opened.failure.code}: ${opened.failure.message}`);
  return opened.session;
};

/** Generous, because other work may share the machine; tests of the limits name their own. */
export const LIMITS = { turnMs: 60_000, silenceMs: 60_000 };

type Stage = {
  readonly place: Place;
  readonly scripts: string;
  readonly leftovers: Rig["leftovers"];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** A place of its own, in which what `reads` names is shown. */
export const createStage = (isolation: Place["isolation"], reads: readonly string[]): Stage => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-agents-"));
  const inside = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const [root, home, artifacts, scripts] = [
    inside("tree"),
    inside("home"),
    inside("artifacts"),
    inside("scripts"),
  ];
  const mark = folder.slice(folder.lastIndexOf("-") + 1);
  const place: Place = {
    root,
    artifacts,
    isolation,
    maxBytes: 32 * 1024 * 1024,
    tmpBytes: 64 * 1024 * 1024,
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: home,
      TMPDIR: "/tmp",
      LANG: "C.UTF-8",
      TUTTI_ARTIFACTS: artifacts,
      [MARK]: mark,
    },
    mounts: [
      { source: root, target: root, access: "writable" },
      { source: home, target: home, access: "writable" },
      { source: artifacts, target: artifacts, access: "writable" },
      { source: scripts, target: scripts, access: "read-only" },
      ...reads.map((path) => ({ source: path, target: path, access: "read-only" as const })),
    ],
  };
  return {
    place,
    scripts,
    leftovers: () =>
      readdirSync("/proc")
        .filter(
          (pid) =>
            /^\d+$/u.test(pid) &&
            readQuietly(`/proc/${pid}/environ`).includes(`${MARK}=${mark}`) &&
            !isZombie(pid),
        )
        .map((pid) => `${pid} ${readQuietly(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

const THOUGHT: Thought = { mode: "full", model: "large", effort: "medium" };

/** What the scripted agent was set to: it shows it, having no model to tell. */
const SCRIPTED_THINKING: Rig["thinking"] = {
  script: {
    settings: { mode: ["ask", "full"], model: ["small", "large"], effort: ["low", "medium"] },
    turns: [
      { do: [{ do: "run", command: 'echo "$SCRIPTED_MODE/$SCRIPTED_MODEL/$SCRIPTED_EFFORT"' }] },
    ],
  },
  agent: { mode: "full", model: "large", effort: "medium" },
  expected: THOUGHT,
};

const shown = (events: readonly AgentEvent[]): string =>
  entriesOf(events)
    .flatMap((entry) => (entry.kind === "tool" ? [entry.detail] : []))
    .join("\n");

const scriptedThought: Rig["thought"] = (events) => {
  const set = /^(?<mode>\w*)\/(?<model>\w*)\/(?<effort>\w*)$/mu.exec(shown(events))?.groups;
  const { mode = null, model = null, effort = null } = set ?? {};
  return { mode, model, effort };
};

export const createRig = async (agents: Agents, isolation: Place["isolation"]): Promise<Rig> => {
  const stage = createStage(isolation, [...PROGRAM.read, process.execPath]);
  const { place, scripts } = stage;
  let written = 0;

  const open: Rig["open"] = async (script, { agent, limits, signal, spec } = {}) => {
    written += 1;
    const path = join(scripts, `script-${written}.json`);
    writeFileSync(path, JSON.stringify(script));
    const config = AgentConfig.parse({
      command: [process.execPath, PROGRAM.file, path],
      family: "anthropic",
      ...agent,
    });
    const whole = {
      name: "alto",
      agent: config,
      place,
      owner: "e-conformance1",
      limits: { ...LIMITS, ...limits },
      models: GRANT,
      ...spec,
    };
    return agents.open(whole, { signal: signal ?? new AbortController().signal });
  };

  const client = join(scripts, "client.mjs");
  writeFileSync(client, TOOL_CLIENT);

  return {
    scripts,
    place,
    entry: null,
    thinking: SCRIPTED_THINKING,
    thought: scriptedThought,
    told: shown,
    call: (tool, args) => ({
      do: "run",
      command: `${process.execPath} ${client} ${tool} '${JSON.stringify(args)}'`,
    }),
    hangs: () => Promise.resolve(),
    open,
    session: (script, options) => sessionOf(open(script, options)),
    leftovers: stage.leftovers,
    [Symbol.asyncDispose]: stage[Symbol.asyncDispose],
  };
};

export const PROMPT = "Tutti step: build (attempt 1)\nDo the work.";

/** A script that does the same at every prompt. */
export const doing = (...actions: readonly Action[]): Script => ({ turns: [{ do: actions }] });

export type QuestionAnswers = (
  question: Extract<AgentEvent, { kind: "question" }>,
) => QuestionAnswer | null;
export type Answers = (permission: Extract<AgentEvent, { kind: "permission" }>) => string | null;

type Ears = {
  readonly onText?: () => void;
  /** After a tool that did what it should. */
  readonly onTool?: () => void;
};

const hear = (entry: TranscriptEntry, { onText, onTool }: Ears): void => {
  if (entry.kind === "text") onText?.();
  if (entry.kind === "tool" && entry.status === "completed") onTool?.();
};

/** Runs one turn to its end. Unasked permissions are a failed test. */
export const turn = async (
  session: Session,
  text: string,
  {
    answers,
    questions,
    signal,
    ...ears
  }: {
    readonly answers?: Answers;
    readonly questions?: QuestionAnswers;
    readonly signal?: AbortSignal;
  } & Ears = {},
): Promise<AgentEvent[]> => {
  const events: AgentEvent[] = [];
  for await (const event of session.prompt(text, {
    signal: signal ?? new AbortController().signal,
  })) {
    events.push(event);
    if (event.kind === "entry") hear(event.entry, ears);
    if (event.kind === "question") {
      if (questions === undefined) throw new Error(`asked: ${event.message}`);
      session.answerQuestion(event.id, questions(event));
    }
    if (event.kind !== "permission") continue;
    if (answers === undefined) throw new Error(`asked for ${event.title}`);
    session.answer(event.id, answers(event));
  }
  return events;
};

export const entriesOf = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.kind === "entry" ? [event.entry] : []));

export const textOf = (events: readonly AgentEvent[]): string =>
  entriesOf(events)
    .flatMap((entry) => (entry.kind === "text" ? [entry.text] : []))
    .join("");

/** The last event; more than one last event, or one in the middle, is a failed test. */
export const lastOf = (
  events: readonly AgentEvent[],
): Extract<AgentEvent, { kind: "ended" | "failed" }> => {
  const lasts = events.filter((event) => event.kind === "ended" || event.kind === "failed");
  const [last] = lasts;
  if (last === undefined || lasts.length > 1 || events.at(-1) !== last)
    throw new Error(`not exactly one last event: ${JSON.stringify(events.slice(-5))}`);
  return last;
};

export const codeOf = (events: readonly AgentEvent[]): string => {
  const last = lastOf(events);
  return last.kind === "failed" ? last.failure.code : `ended: ${last.stopReason}`;
};

/** A test with a rig of its own; a process of it that is left at the end is a failed test. */
export const rigTest = (makeRig: () => Promise<Rig>) =>
  base.extend("rig", async ({ task: _task }, { onCleanup }) => {
    const rig = await makeRig();
    onCleanup(async () => {
      const left = rig.leftovers();
      for (const one of left) process.kill(Number.parseInt(one, 10), "SIGKILL");
      await rig[Symbol.asyncDispose]();
      expect(left).toEqual([]);
    });
    return rig;
  });

export type RigTest = ReturnType<typeof rigTest>;
