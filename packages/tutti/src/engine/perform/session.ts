/**
 * One attempt with an agent: open, prompt, persist what it says, answer what it asks, read what it
 * made, and hand problems back once in the same session. Ends as a result, never as an exception.
 */
import {
  type BudgetStop,
  type EffectResult,
  imageMediaOf,
  type TranscriptEntry,
  type Usage,
} from "@tutti/protocol";
import type { Agents, EarlierSession, Session } from "../ports/agents.ts";
import type { PromptInput } from "../ports/rules.ts";
import type { Place } from "../ports/place.ts";
import { type Collected, collectArtifacts } from "./artifacts.ts";
import type { Work } from "./context.ts";
import { budgetFailure, judgedByBudget, stopBefore, type TurnResult, turnTime } from "./models.ts";
import { relayPermission } from "./relay-permission.ts";
import { relayQuestion } from "./relay-question.ts";
import { openSteering } from "./steering.ts";
import { sessionSpec } from "./session-spec.ts";

/** Times that problems with the artifacts are handed back in the same session. */
const REPAIRS_MAX = 1;
const MS_PER_MINUTE = 60_000;

type Turn = Work<"agent.turn"> | Work<"review.turn">;
type Cut = Exclude<TurnResult, { kind: "turn.ended" }>;
type Ended =
  | { readonly kind: "ended"; readonly stopReason: string; readonly usage: Usage | null }
  | { readonly kind: "failed"; readonly result: Cut; readonly usage: Usage | null };

export type SessionJob = {
  readonly input: PromptInput;
  readonly place: Place;
  readonly produces: readonly string[];
  readonly session: string;
};

type OpenJob = SessionJob & { readonly isContinued: boolean };

const addUsage = (left: Usage | null, right: Usage | null): Usage | null => {
  if (left === null || right === null) return left ?? right;
  const costUsd =
    left.costUsd === null || right.costUsd === null
      ? (left.costUsd ?? right.costUsd)
      : left.costUsd + right.costUsd;
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    costUsd,
  };
};

const recorder =
  (work: Turn, session: string) =>
  (entry: TranscriptEntry): void =>
    work.deps.store.transcript.append(session, [entry]);

/** The picture as a blob, and the entry that names it. */
const keptImage = async ({ deps }: Turn, bytes: Uint8Array): Promise<TranscriptEntry> => {
  const at = deps.clock.now();
  const media = imageMediaOf(bytes);
  if (media === null) return { kind: "note", at, text: "What the agent sent is no picture." };
  const hash = await deps.store.blobs.put(bytes);
  return { kind: "image", at, hash, media, bytes: bytes.length };
};

/** One prompt of the session, to its last event. */
const runTurn = async (
  work: Turn,
  session: Session,
  job: { text: string; name: string; place: Place; interrupted: AbortSignal },
): Promise<Ended> => {
  const record = recorder(work, job.name);
  const note = (text: string): void => record({ kind: "note", at: work.deps.clock.now(), text });
  record({ kind: "prompt", at: work.deps.clock.now(), text: job.text });
  const signal = AbortSignal.any([work.signal, job.interrupted]);
  for await (const event of session.prompt(job.text, { signal })) {
    switch (event.kind) {
      case "entry":
        record(event.entry);
        break;
      case "image":
        record(await keptImage(work, event.bytes));
        break;
      case "permission":
        void relayPermission(work, event, { session, place: job.place, note });
        break;
      case "question":
        void relayQuestion(work, event, session);
        break;
      case "ended":
        record({ kind: "ended", at: work.deps.clock.now(), reason: event.stopReason });
        return { kind: "ended", stopReason: event.stopReason, usage: event.usage };
      case "failed":
        record({
          kind: "ended",
          at: work.deps.clock.now(),
          reason: `${event.failure.code}: ${event.failure.message}`,
        });
        return {
          kind: "failed",
          result: work.signal.aborted
            ? { kind: "interrupted", reason: "the turn was stopped" }
            : { kind: "failed", failure: event.failure },
          usage: event.usage,
        };
      default:
        break;
    }
  }
  return {
    kind: "failed",
    result: {
      kind: "failed",
      failure: {
        code: "agent.died",
        message: "the agent's stream ended without a word",
        retry: "new-attempt",
      },
    },
    usage: null,
  };
};

/** What it took is told however it ended. */
const converse = async (work: Turn, session: Session, job: OpenJob): Promise<TurnResult> => {
  let usage: Usage | null = null;
  let collected: Collected = { artifacts: [], findings: null, problems: [] };
  const { rules } = work.deps;
  using steering = openSteering(work);
  const input = { ...job.input, comments: await steering.open() };
  let text = job.isContinued ? rules.continuePrompt(input) : rules.prompt(input);
  for (let repairs = 0; ; repairs += 1) {
    const interrupted = steering.interrupted();
    const { session: name, place } = job;
    const ended = await runTurn(work, session, { text, name, place, interrupted });
    usage = addUsage(usage, ended.usage);
    if (ended.kind === "failed") return { ...ended.result, usage, durationMs: session.ranMs() };
    const messages = work.signal.aborted ? [] : await steering.take();
    // Who interrupted it and took back what was to be said is no reason to judge half of its work.
    const goesOn = ended.stopReason === "cancelled" && interrupted.aborted && !work.signal.aborted;
    if (messages.length > 0 || goesOn) {
      text = rules.messagePrompt(input, messages);
      // A person's words are no repair: the agent has its try at those still.
      repairs -= 1;
      continue;
    }
    collected = await collectArtifacts(work.deps, work.state, {
      folder: job.place.artifacts,
      names: job.produces,
    });
    if (
      collected.problems.length === 0 ||
      repairs >= REPAIRS_MAX ||
      ended.stopReason === "cancelled"
    ) {
      const { stopReason } = ended;
      return turnEnded(collected, { stopReason, usage, durationMs: session.ranMs() });
    }
    text = rules.repairPrompt(input, collected.problems);
  }
};

type TurnEnded = Extract<TurnResult, { kind: "turn.ended" }>;

const turnEnded = (
  { artifacts, findings, problems }: Collected,
  facts: Pick<TurnEnded, "stopReason" | "usage" | "durationMs">,
): TurnEnded => ({
  kind: "turn.ended",
  artifacts: [...artifacts],
  findings: findings === null ? null : [...findings],
  problems: [...problems],
  ...facts,
});

const failedFor = (work: Turn, job: SessionJob, result: EffectResult): EffectResult => {
  if (result.kind !== "failed") return result;
  const { code, message } = result.failure;
  const at = work.deps.clock.now();
  recorder(work, job.session)({ kind: "ended", at, reason: `${code}: ${message}` });
  return result;
};

const missing = (agent: string): EffectResult => ({
  kind: "failed",
  failure: {
    code: "agent.missing",
    message: `no agent ${agent} is configured`,
    retry: "never",
  },
});

/** Durable before the first prompt: a crash after it must find the session again. */
const recordOpening = (
  { deps, payload }: Turn,
  session: string,
  opened: {
    readonly agent: { readonly version: string };
    readonly conversation: EarlierSession & { readonly isContinued: boolean };
  },
): void => {
  const { id, openedAt, isContinued } = opened.conversation;
  deps.store.transcript.append(session, [
    {
      kind: "opened",
      at: deps.clock.now(),
      session: id,
      openedAt,
      agent: payload.agent,
      version: opened.agent.version,
      isContinued,
    },
  ]);
  deps.store.transcript.flush();
};

/** Whether the agent was given its prompt: from then on it may have written, whatever its end. */
const told = (result: EffectResult, wasPrompted: boolean): EffectResult =>
  result.kind === "failed" || result.kind === "interrupted" ? { ...result, wasPrompted } : result;

type Opened = Extract<Awaited<ReturnType<Agents["open"]>>, { kind: "opened" }>;

/** To the session's end: what it asked of models is metered durably then. */
const converseIn = async (
  work: Turn,
  job: SessionJob,
  opened: Opened,
): Promise<{ readonly result: TurnResult; readonly stop: BudgetStop | null }> => {
  await using session = opened.session;
  const { conversation } = opened;
  if (conversation !== undefined) recordOpening(work, job.session, { ...opened, conversation });
  const isContinued = conversation?.isContinued === true;
  const result = await converse(work, session, { ...job, isContinued });
  return { result, stop: session.budgetStop?.() ?? null };
};

export const runSession = async (work: Turn, job: SessionJob): Promise<EffectResult> => {
  const { deps, payload, state, signal } = work;
  const agent = state.policy.config.agents[payload.agent];
  if (agent === undefined) return told(missing(payload.agent), false);
  const reached = stopBefore(work.taken, state);
  if (reached !== null)
    return told(failedFor(work, job, budgetFailure(payload.agent, reached)), false);
  const { limits } = state.policy.config;
  const { turnMs, scope } = turnTime(work, limits.turnMinutes * MS_PER_MINUTE);
  const opened = await deps.agents.open(sessionSpec(work, agent, { job, turnMs }), { signal });
  if (opened.kind === "failed") {
    const stopped: EffectResult = { kind: "interrupted", reason: "the turn was stopped" };
    return told(signal.aborted ? stopped : failedFor(work, job, opened), false);
  }
  const { result, stop } = await converseIn(work, job, opened);
  const { produces } = job;
  return told(judgedByBudget(work, result, { stop, scope, produces }), true);
};
