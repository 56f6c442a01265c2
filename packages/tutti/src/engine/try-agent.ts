/**
 * `tutti agents test`: one agent does one small edit in a throw-away workspace inside the fence, and
 * is measured. Whatever it asks is allowed there: nothing of the place is kept.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  type AgentConfig,
  type AgentTrial,
  type ModelRequest,
  type RunId,
  type TranscriptEntry,
  TuttiError,
} from "@tutti/protocol";
import { hashOf } from "../domain/hash.ts";
import { optionFor } from "../domain/permission-rules.ts";
import { watchTree } from "../platform/tree-memory.ts";
import type { AgentEvent, AgentFailure, Agents, Session } from "./ports/agents.ts";
import type { Deps } from "./ports/deps.ts";
import type { RunSource } from "./ports/workspaces.ts";
import { LOGIN_WAIT_MS, probeGrant } from "./probe.ts";

const TURN_MS = 180_000;
const REQUESTS_MAX = 200;
const FILE = "tutti-trial.txt";
const LINE = "It works.";
const FILE_MAX_BYTES = 1000;
/** Lines of what it said that are told when it did not do it. */
const SAID_MAX_CHARS = 2000;

const PROMPT = [
  "Tutti step: probe (attempt 1)",
  `Create the file ${FILE} in the work tree with exactly this one line in it, and nothing else:`,
  LINE,
  "Do nothing else, and then stop.",
].join("\n\n");

type Opened = Extract<Awaited<ReturnType<Agents["open"]>>, { kind: "opened" }>;
const NO_ANSWER = { action: "decline", values: {} } as const;

type Turned = {
  readonly firstUpdateMs: number | null;
  readonly said: string;
  readonly asked: number;
  readonly failure: AgentFailure | null;
};

const wordsOf = (entry: TranscriptEntry): string =>
  entry.kind === "text" || entry.kind === "note" || entry.kind === "output" ? entry.text : "";

const answer = (session: Session, event: Extract<AgentEvent, { kind: "permission" }>): void =>
  session.answer(event.id, optionFor(event.options, "allow")?.id ?? null, "the trial");

const turn = async (session: Session, signal: AbortSignal): Promise<Turned> => {
  const startedAt = performance.now();
  let [firstUpdateMs, said, asked]: [number | null, string, number] = [null, "", 0];
  for await (const event of session.prompt(PROMPT, { signal })) {
    firstUpdateMs ??= Math.round(performance.now() - startedAt);
    if (event.kind === "entry") said = `${said}${wordsOf(event.entry)}`.slice(-SAID_MAX_CHARS);
    if (event.kind === "permission") {
      asked += 1;
      answer(session, event);
    }
    if (event.kind === "question") session.answerQuestion(event.id, NO_ANSWER, "the trial");
    if (event.kind === "failed") return { firstUpdateMs, said, asked, failure: event.failure };
  }
  return { firstUpdateMs, said, asked, failure: null };
};

/** Without following a link, and no more than a few bytes: an agent wrote it. */
const readTrial = async (root: string): Promise<string | null> => {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(join(root, FILE), flags);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FILE_MAX_BYTES));
    return buffer.toString("utf8", 0, bytesRead).trim();
  } catch {
    return null; // it did not write it
  }
};

const tokensOf = (requests: readonly ModelRequest[]): AgentTrial["models"] => ({
  requests: requests.length,
  inputTokens: requests.reduce((sum, one) => sum + one.inputTokens, 0),
  outputTokens: requests.reduce((sum, one) => sum + one.outputTokens, 0),
  cachedTokens: requests.reduce((sum, one) => sum + one.cachedTokens, 0),
  served: [...new Set(requests.flatMap(({ servedModel }) => servedModel ?? []))],
});

const failed = (
  trial: Omit<AgentTrial, "ok" | "problem">,
  failure: Pick<AgentFailure, "code" | "message">,
): AgentTrial => {
  const { mend } = new TuttiError(failure.code, "");
  return { ...trial, ok: false, problem: { ...failure, mend } };
};

type Trial = { readonly deps: Deps; readonly source: RunSource; readonly signal: AbortSignal };

const measure = async (
  { deps, source, signal }: Trial,
  { opened, root }: { readonly opened: Opened; readonly root: string },
): Promise<Omit<AgentTrial, "name" | "openedMs" | "totalMs">> => {
  const memory = opened.pid === undefined ? null : watchTree(opened.pid);
  let turned: Turned;
  let peakBytes: number | null;
  {
    await using session = opened.session;
    turned = await turn(session, signal);
    peakBytes = memory?.peak() ?? null;
  }
  const { items } = deps.store.meter.requests(source.run, { limit: REQUESTS_MAX });
  const { firstUpdateMs, asked, failure, said } = turned;
  const known = {
    agent: `${opened.agent.name} ${opened.agent.version}`.trim(),
    initializedMs: opened.initializedMs ?? null,
    firstUpdateMs,
    peakBytes,
    asked,
    models: tokensOf(items),
  };
  const trial = { name: "", openedMs: null, totalMs: 0, ...known };
  if (failure !== null) return failed(trial, failure);
  if ((await readTrial(root)) === LINE) return { ...known, ok: true, problem: null };
  const message = `It ended its turn and did not write the file. It said: ${said.trim() || "nothing"}`;
  return failed(trial, { code: "agent.refused", message });
};

const attempt = async (trial: Trial, name: string, agent: AgentConfig): Promise<AgentTrial> => {
  const { deps, source, signal } = trial;
  await using copy = await deps.workspaces.throwAway(source, {
    key: `${source.run}-trial-${name}`,
    commit: source.base.commit,
    purpose: "read-only",
  });
  const { place } = copy;
  const limits = { turnMs: TURN_MS, silenceMs: TURN_MS };
  const models = probeGrant(source, name);
  const startedAt = performance.now();
  const since = (): number => Math.round(performance.now() - startedAt);
  const waits = { loginWaitMs: LOGIN_WAIT_MS };
  const spec = { name, agent, place, owner: source.run, limits, models, ...waits };
  const opened = await deps.agents.open(spec, { signal });
  const openedMs = since();
  if (opened.kind === "failed") {
    const nothing = { agent: null, initializedMs: null, firstUpdateMs: null, peakBytes: null };
    const took = { openedMs: null, totalMs: openedMs, asked: 0, models: tokensOf([]) };
    return failed({ name, ...took, ...nothing }, opened.failure);
  }
  const measured = await measure(trial, { opened, root: place.root });
  return { ...measured, name, openedMs, totalMs: since() };
};

/** TuttiError for what is wrong with the repository or its configuration; the agent's own failures are in the trial. */
export const tryAgent = async (
  deps: Deps,
  request: { readonly run: RunId; readonly path: string; readonly name: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<AgentTrial> => {
  const { root, branch } = await deps.repositories.open(request.path);
  const base = await deps.repositories.resolve(root, branch ?? "HEAD");
  const { config, agent } = await deps.rules.agent(request.name, (file) =>
    deps.repositories.readFile(root, base.commit, file),
  );
  if (agent.api !== undefined)
    throw new TuttiError("usage", `${request.name} is a model API: it has no tools to edit with.`);
  const rules = { config, isolation: "sandbox" as const, readFrom: base.commit };
  const policy = { ...rules, hash: hashOf(rules) };
  const source: RunSource = { run: request.run, project: root, base, policy };
  try {
    await deps.workspaces.prepare(source, { onOutput: () => undefined, signal });
    return await attempt({ deps, source, signal }, request.name, agent);
  } finally {
    await deps.workspaces.dispose(source);
  }
};
