/**
 * One conversation with a model: a prompt, its typed answer written where an agent would have left its
 * files, and what was wrong with them handed back in the same conversation.
 */
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type * as AiModule from "ai";
import type { LanguageModel, ModelMessage, TextStreamPart, ToolSet } from "ai";
import type { AgentEvent, AgentFailure, Session, SessionSpec } from "../../engine/ports/agents.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { GatewayLease } from "../../engine/ports/gateway.ts";
import { type Expiry, startTurnClock, type TurnClock } from "../acp/turn-clock.ts";
import { answerInstructions, answerSchema, artifactsOf } from "./answers.ts";
import { requestFailure, stoppedFailure } from "./failures.ts";
import { createJoinedText, type JoinedText } from "./joined-text.ts";
import { OUTPUT_MAX_TOKENS, REQUEST_RETRIES_MAX } from "./limits.ts";

export type ApiSessionParts = {
  readonly spec: SessionSpec;
  readonly model: LanguageModel;
  readonly lease: GatewayLease;
  readonly clock: Clock;
};

const EFFORT_SHOWN_MAX_CHARS = 100;

type Ai = typeof AiModule;
type LastEvent = Extract<AgentEvent, { kind: "ended" | "failed" }>;
type Usage = Extract<AgentEvent, { kind: "ended" }>["usage"];

/** What became of one request: an answer of the schema, some other answer, or none. */
type Outcome =
  | {
      readonly kind: "answered";
      readonly text: string;
      readonly output: unknown;
      readonly usage: Usage;
    }
  | {
      readonly kind: "shapeless";
      readonly text: string;
      readonly why: string;
      readonly usage: Usage;
    }
  | { readonly kind: "failed"; readonly failure: AgentFailure };

/** `error` is what the stream said went wrong. */
type Stream = { text: string; error: unknown };

const expiryFailure = (expiry: Expiry, limits: SessionSpec["limits"]): AgentFailure =>
  expiry === "turn"
    ? {
        code: "agent.timeout",
        message: `The answer took longer than ${limits.turnMs / 1000} s.`,
        retry: "new-attempt",
      }
    : {
        code: "agent.silent",
        message: `The model sent nothing for ${limits.silenceMs / 1000} s.`,
        retry: "new-attempt",
      };

/** Its requests are metered by the gateway, to the last one. */
const failed = (failure: AgentFailure): LastEvent => ({ kind: "failed", failure, usage: null });

/** Whose names the SDK takes; with any other the provider's own choice holds, and that is said. */
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
const effortOf = ({ agent }: SessionSpec) => {
  const reasoning = EFFORTS.find((effort) => effort === agent.effort);
  return reasoning === undefined ? {} : { reasoning };
};

const effortNote = ({ agent }: SessionSpec): string | null =>
  agent.effort === undefined || EFFORTS.some((effort) => effort === agent.effort)
    ? null
    : `A model is asked for no effort "${agent.effort.slice(0, EFFORT_SHOWN_MAX_CHARS)}": its provider's own choice holds.`;

/** Loaded when the first model is asked. Its warnings would go to the daemon's standard error. */
const loadAi = async (): Promise<Ai> => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  return await import("ai");
};

const sumOf = (values: readonly (number | null)[]): number | null =>
  values.length === 0 || values.includes(null)
    ? null
    : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

class ApiSession implements Session {
  readonly #parts: ApiSessionParts;
  readonly #messages: ModelMessage[] = [];
  /** Of the turns before the present one. */
  #ranMs = 0;
  #clock: TurnClock | null = null;

  constructor(parts: ApiSessionParts) {
    this.#parts = parts;
  }

  prompt(text: string, { signal }: { readonly signal: AbortSignal }): AsyncIterable<AgentEvent> {
    return this.#turn(text, signal);
  }

  /** It asks nothing. */
  answer(): void {}
  answerQuestion(): void {}

  ranMs(): number {
    return Math.round(this.#ranMs + (this.#clock?.ranMs() ?? 0));
  }

  budgetStop(): ReturnType<GatewayLease["budgetStop"]> {
    return this.#parts.lease.budgetStop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.lease[Symbol.asyncDispose]();
  }

  async *#turn(text: string, signal: AbortSignal): AsyncGenerator<AgentEvent, void, undefined> {
    const { spec, clock } = this.#parts;
    const names = spec.produces ?? [];
    for (const name of names) await rm(path.join(spec.place.artifacts, name), { force: true });
    const ai = await loadAi();
    const { turnMs, silenceMs } = spec.limits;
    const turnClock = startTurnClock({ silenceMs, turnMs: turnMs - this.#ranMs });
    this.#clock = turnClock;
    const expiry = new AbortController();
    void turnClock.expired.then((which) => expiry.abort(which));
    const asked = this.#parts.lease.requests().length;
    this.#messages.push({ role: "user", content: text });
    const joined = createJoinedText(clock.now);
    const note = this.#messages.length > 1 ? null : effortNote(spec);
    const stream: Stream = { text: "", error: null };
    try {
      if (note !== null)
        yield { kind: "entry", entry: { kind: "note", at: clock.now(), text: note } };
      const result = this.#ask(ai, names, AbortSignal.any([signal, expiry.signal]));
      yield* follow(result.stream, { stream, joined, turnClock });
      const outcome = await outcomeOf(ai, stream, result);
      if (signal.aborted) yield failed(stoppedFailure);
      else if (expiry.signal.aborted)
        yield failed(expiryFailure(expiry.signal.reason, spec.limits));
      else yield* this.#conclude(outcome, names, asked);
    } finally {
      turnClock.stop();
      this.#ranMs += turnClock.ranMs();
      this.#clock = null;
      expiry.abort();
    }
  }

  #ask(ai: Ai, names: readonly string[], abortSignal: AbortSignal) {
    const { spec, model } = this.#parts;
    return ai.streamText({
      model,
      instructions: answerInstructions(names),
      messages: this.#messages,
      maxOutputTokens: OUTPUT_MAX_TOKENS,
      maxRetries: REQUEST_RETRIES_MAX,
      abortSignal,
      ...effortOf(spec),
      ...(names.length === 0 ? {} : { output: ai.Output.object({ schema: answerSchema(names) }) }),
      // What goes wrong comes with the stream; the SDK would print it.
      onError: () => undefined,
    });
  }

  /** Writes what an agent would have written, and says how the turn ended. */
  async *#conclude(
    outcome: Outcome,
    names: readonly string[],
    asked: number,
  ): AsyncGenerator<AgentEvent, void, undefined> {
    if (outcome.kind === "failed") {
      yield failed(outcome.failure);
      return;
    }
    const { clock, spec } = this.#parts;
    this.#messages.push({ role: "assistant", content: outcome.text });
    if (outcome.kind === "answered") {
      for (const { name, text } of artifactsOf(outcome.output, names))
        await writeFile(path.join(spec.place.artifacts, name), text, { flag: "wx" });
    } else
      yield {
        kind: "entry",
        entry: {
          kind: "note",
          at: clock.now(),
          text: `The answer has another shape: ${outcome.why}`,
        },
      };
    yield* this.#end(outcome.usage, asked);
  }

  *#end(usage: Usage, asked: number): Generator<AgentEvent, void, undefined> {
    const { clock, lease } = this.#parts;
    const costUsd = sumOf(
      lease
        .requests()
        .slice(asked)
        .map((request) => request.costUsd),
    );
    const spent = usage === null ? null : { ...usage, costUsd };
    if (spent !== null)
      yield { kind: "entry", entry: { kind: "usage", at: clock.now(), ...spent } };
    const last: LastEvent = { kind: "ended", stopReason: "end_turn", usage: spent };
    yield last;
  }
}

/** Entries as they come; what they add up to, and what broke them off, is kept in `stream`. */
async function* follow(
  parts: AsyncIterable<TextStreamPart<ToolSet>>,
  to: { readonly stream: Stream; readonly joined: JoinedText; readonly turnClock: TurnClock },
): AsyncGenerator<AgentEvent, void, undefined> {
  const { stream, joined, turnClock } = to;
  try {
    for await (const part of parts) {
      turnClock.heard();
      if (part.type === "error") stream.error = part.error;
      if (part.type !== "text-delta" && part.type !== "reasoning-delta") continue;
      if (part.type === "text-delta") stream.text += part.text;
      const entry = joined.add(part.type === "text-delta" ? "text" : "thought", part.text);
      if (entry !== null) yield { kind: "entry", entry };
    }
  } catch (error) {
    stream.error = error;
  }
  const rest = joined.flush();
  if (rest !== null) yield { kind: "entry", entry: rest };
}

const usageOf = (usage: {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}): Usage => ({
  inputTokens: usage.inputTokens ?? 0,
  outputTokens: usage.outputTokens ?? 0,
  costUsd: null,
});

const outcomeOf = async (ai: Ai, stream: Stream, result: Answered): Promise<Outcome> => {
  const { text } = stream;
  if (stream.error !== null) return { kind: "failed", failure: requestFailure(ai, stream.error) };
  try {
    const usage = usageOf(await result.totalUsage);
    try {
      return { kind: "answered", text, output: await result.output, usage };
    } catch (error) {
      if (!ai.NoObjectGeneratedError.isInstance(error) || text.trim() === "") throw error;
      const cut = error.finishReason === "length" ? "it is longer than an answer may be" : null;
      return { kind: "shapeless", text, why: cut ?? whyOf(error), usage };
    }
  } catch (error) {
    return { kind: "failed", failure: requestFailure(ai, error) };
  }
};

type Answered = {
  readonly totalUsage: PromiseLike<{
    readonly inputTokens: number | undefined;
    readonly outputTokens: number | undefined;
  }>;
  readonly output: PromiseLike<unknown>;
};

const whyOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

export const createApiSession = (parts: ApiSessionParts): Session => new ApiSession(parts);
