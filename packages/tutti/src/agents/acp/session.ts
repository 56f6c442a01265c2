/**
 * One ACP session: turns, one after the other.
 *
 *   idle ──prompt──► turn ──answer──────────────────► idle   (`ended`)
 *                     ├─ signal ► session/cancel ─answer─► idle   (`ended`, cancelled)
 *                     │                          └ grace over ► lost (`failed`)
 *                     └─ a clock ran out, or the agent was lost ► lost (`failed`)
 *   lost: the process tree was ended; every later prompt fails with the same reason.
 *
 * Nothing is lost between a message and its event: what was read before the answer comes first.
 */
import { setImmediate as settleHandlers } from "node:timers/promises";
import type { Usage } from "@tutti/protocol";
import type {
  AgentEvent,
  AgentFailure,
  QuestionAnswer,
  Session,
} from "../../engine/ports/agents.ts";
import { answerFailure, failure, isErrorAnswer } from "./failures.ts";
import type { Feed } from "./feed.ts";
import { createFeed } from "./feed.ts";
import { CANCEL_GRACE_MS } from "./limits.ts";
import type { Link } from "./link.ts";
import { within } from "./link.ts";
import { PromptEnded } from "./messages.ts";
import type { Scene } from "./scene.ts";
import type { Expiry, TurnClock } from "./turn-clock.ts";
import { startTurnClock } from "./turn-clock.ts";

export type SessionParts = {
  readonly id: string;
  readonly link: Link;
  readonly scene: Scene;
  readonly limits: { readonly turnMs: number; readonly silenceMs: number };
  /** For the first turn's transcript. */
  readonly notes: readonly string[];
};

type Outcome =
  | { readonly kind: "answered"; readonly value: unknown }
  | { readonly kind: "refused"; readonly error: unknown }
  | { readonly kind: "lost"; readonly failure: AgentFailure }
  | { readonly kind: "expired"; readonly expiry: Expiry }
  | { readonly kind: "aborted" };

type LastEvent = Extract<AgentEvent, { kind: "ended" | "failed" }>;

/** What the turn began with. */
type Before = { readonly cost: number | null; readonly nestedSandboxes: number };

/** Of the answer to a prompt. */
type Tokens = { readonly inputTokens: number; readonly outputTokens: number } | null | undefined;

const isGiven = (tokens: Tokens): boolean => tokens !== null && tokens !== undefined;

const nestedWords = (count: number): string =>
  `The agent tried to start a sandbox of its own for ${count === 1 ? "a command" : `${count} commands`}, which is not possible inside the fence; those did not run.`;

const CANCELLED_ANSWER: Outcome = { kind: "answered", value: { stopReason: "cancelled" } };

const expiryFailure = (
  expiry: Expiry,
  { turnMs, silenceMs }: SessionParts["limits"],
): AgentFailure =>
  expiry === "turn"
    ? failure("agent.timeout", `The agent's turn took longer than ${turnMs / 1000} s.`)
    : failure("agent.silent", `The agent sent nothing for ${silenceMs / 1000} s.`);

const aborted = (signal: AbortSignal): Promise<Outcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve({ kind: "aborted" });
    else signal.addEventListener("abort", () => resolve({ kind: "aborted" }), { once: true });
  });

const answerTo = async (link: Link, id: string, text: string): Promise<Outcome> => {
  try {
    return {
      kind: "answered",
      value: await link.request("session/prompt", {
        sessionId: id,
        prompt: [{ type: "text", text }],
      }),
    };
  } catch (error) {
    return { kind: "refused", error };
  }
};

/** An error answer that is only the sound of a connection that broke. */
const settleRefusal = async (outcome: Outcome, link: Link): Promise<Outcome> => {
  if (outcome.kind !== "refused" || isErrorAnswer(outcome.error)) return outcome;
  return { kind: "lost", failure: await link.lost };
};

class AcpSession implements Session {
  readonly #parts: SessionParts;
  #isRunning = false;
  #lost: AgentFailure | null = null;
  /** Of the turns before the present one. */
  #ranMs = 0;
  #clock: TurnClock | null = null;
  #notes: readonly string[];

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#notes = parts.notes;
  }

  prompt(text: string, { signal }: { readonly signal: AbortSignal }): AsyncIterable<AgentEvent> {
    return { [Symbol.asyncIterator]: () => this.#events(text, signal) };
  }

  answer(permission: string, option: string | null, rule?: string): void {
    this.#parts.scene.desk.answer(permission, option, rule);
  }

  answerQuestion(question: string, answer: QuestionAnswer | null, rule?: string): void {
    this.#parts.scene.questions.answer(question, answer, rule);
  }

  ranMs(): number {
    return Math.round(this.#ranMs + (this.#clock?.ranMs() ?? 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lost ??= failure("agent.stopped", "The session was closed.");
    this.#parts.scene.cancelAsked();
    await this.#parts.link.stop();
    this.#parts.scene.transcriber.flush();
  }

  async *#events(text: string, signal: AbortSignal): AsyncGenerator<AgentEvent, void, undefined> {
    if (this.#isRunning) throw new Error("a session has one turn at a time");
    this.#isRunning = true;
    const feed = createFeed<AgentEvent>();
    const left = new AbortController();
    const turn = this.#run(text, feed, AbortSignal.any([signal, left.signal]));
    try {
      yield* feed;
    } finally {
      left.abort();
      feed.abandon();
      await turn;
      this.#isRunning = false;
    }
  }

  /** Runs one turn and closes the feed behind exactly one last event. */
  async #run(text: string, feed: Feed<AgentEvent>, signal: AbortSignal): Promise<void> {
    const { scene, limits } = this.#parts;
    const { transcriber } = scene;
    const clock = startTurnClock({ ...limits, turnMs: limits.turnMs - this.#ranMs });
    this.#clock = clock;
    scene.enter({ feed, clock });
    for (const note of this.#notes)
      transcriber.add({ kind: "note", at: transcriber.now(), text: note });
    this.#notes = [];
    const before = { cost: scene.cost(), nestedSandboxes: scene.nestedSandboxes() };
    const outcome = await this.#outcome(text, clock, signal);
    clock.stop();
    this.#ranMs += clock.ranMs();
    this.#clock = null;
    const last = await this.#conclude(outcome, before);
    scene.cancelAsked();
    await settleHandlers();
    transcriber.flush();
    scene.leave();
    feed.push(last);
    feed.close();
  }

  async #outcome(text: string, clock: TurnClock, signal: AbortSignal): Promise<Outcome> {
    const { link, scene, id } = this.#parts;
    if (this.#lost !== null) return { kind: "lost", failure: this.#lost };
    if (signal.aborted) return CANCELLED_ANSWER;
    const answer = answerTo(link, id, text);
    const lost = link.lost.then((cause): Outcome => ({ kind: "lost", failure: cause }));
    const expired = clock.expired.then((expiry): Outcome => ({ kind: "expired", expiry }));
    const first = await settleRefusal(
      await Promise.race([answer, lost, expired, aborted(signal)]),
      link,
    );
    if (first.kind === "answered" || first.kind === "lost" || first.kind === "refused")
      return first;
    link.notify("session/cancel", { sessionId: id });
    scene.cancelAsked();
    if (first.kind === "expired") return first;
    const ended = await within(Promise.race([answer, lost]), CANCEL_GRACE_MS);
    if (ended === undefined) return first;
    const settled = await settleRefusal(ended, link);
    // Some agents answer a cancelled prompt with an error.
    return settled.kind === "refused" ? CANCELLED_ANSWER : settled;
  }

  async #conclude(outcome: Outcome, before: Before): Promise<LastEvent> {
    switch (outcome.kind) {
      case "answered":
        return this.#ended(outcome.value, before);
      case "refused":
        return this.#failed(answerFailure("session/prompt", outcome.error), before);
      case "lost":
        return this.#end(outcome.failure, before);
      case "expired":
        return this.#end(expiryFailure(outcome.expiry, this.#parts.limits), before);
      case "aborted":
        return this.#end(
          failure(
            "agent.stopped",
            "The agent did not end its cancelled turn, so its process was ended.",
          ),
          before,
        );
      default:
        return outcome satisfies never;
    }
  }

  async #ended(value: unknown, before: Before): Promise<LastEvent> {
    const answer = PromptEnded.safeParse(value);
    if (!answer.success) return this.#end(answerFailure("session/prompt", answer.error), before);
    const { stopReason, usage } = answer.data;
    const nested = this.#parts.scene.nestedSandboxes() - before.nestedSandboxes;
    // Such a turn ends as if all were well, though none of its commands ran.
    if (nested > 0) return this.#failed(failure("agent.mode", nestedWords(nested)), before, usage);
    return { kind: "ended", stopReason, usage: this.#spent(before, usage) };
  }

  /** What the agent told of the turn: its tokens come with the answer, its cost on the way. */
  #spent(before: Before, tokens: Tokens): Usage | null {
    const { cost: costNow, transcriber } = this.#parts.scene;
    const cost = costNow();
    const costUsd = cost === null ? null : Math.max(0, cost - (before.cost ?? 0));
    if (!isGiven(tokens) && (costUsd ?? 0) === 0) return null;
    const { inputTokens, outputTokens } = tokens ?? { inputTokens: 0, outputTokens: 0 };
    const usage = { inputTokens, outputTokens, costUsd };
    transcriber.add({ kind: "usage", at: transcriber.now(), ...usage });
    return usage;
  }

  /** The session goes on after it. */
  #failed(cause: AgentFailure, before: Before, tokens: Tokens = null): LastEvent {
    return { kind: "failed", failure: cause, usage: this.#spent(before, tokens) };
  }

  /** Nothing of the process is left when this resolves. */
  async #end(cause: AgentFailure, before: Before): Promise<LastEvent> {
    this.#lost = cause;
    await this.#parts.link.stop();
    return this.#failed(cause, before);
  }
}

export const createSession = (parts: SessionParts): Session => new AcpSession(parts);
