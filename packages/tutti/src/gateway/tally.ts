/** What is known of one request so far, and its end: settled, place given back, recorded. Once. */
import type { IncomingMessage } from "node:http";
import type { ModelOutcome, ModelPrice, ModelRequest } from "@tutti/protocol";
import { monotonicMs } from "../platform/clock.ts";
import { familyOf } from "../domain/model-family.ts";
import type { Reservation } from "./ledger.ts";
import { sumsOf } from "./ledger.ts";
import { SESSION_MAX_REQUESTS, UNSTATED_TOKENS_PER_SECOND } from "./limits.ts";
import { createMeter, errorText } from "./meter/meter.ts";
import type { Meter, MeterReading } from "./meter/meter.ts";
import type { Place } from "./pace.ts";
import { costOf, NOTHING_TAKEN, priceOf } from "./prices.ts";
import type { Taken } from "./prices.ts";
import type { RequestFacts } from "./request-body.ts";
import { NO_BODY } from "./request-body.ts";
import type { Route } from "./routes.ts";
import type { Scene } from "./scene.ts";

type Ending = { readonly outcome: ModelOutcome; readonly error: string | null };

type Metered = {
  readonly servedModel: string | null;
  readonly taken: Taken;
  readonly isMetered: boolean;
};

const FIRST_ERROR_STATUS = 300;
const MS_PER_SECOND = 1_000;

/** Writing to a cache costs more than reading for the first time. */
const mostCost = (most: Taken, price: ModelPrice | null): number =>
  price === null
    ? 0
    : costOf(most, { ...price, input: Math.max(price.input, price.cacheWrite ?? 0) });

export class Tally {
  readonly isOverLimit: boolean;
  readonly #scene: Scene;
  readonly #route: Route;
  readonly #at: number;
  readonly #begunMs = monotonicMs();
  #facts: RequestFacts = NO_BODY;
  #reservation: Reservation | null = null;
  #place: Place | null = null;
  #queuedMs = 0;
  /** Null: it has not left this machine. */
  #sentMs: number | null = null;
  #firstByteMs: number | null = null;
  #status: number | null = null;
  #meter: Meter | null = null;
  #isEnded = false;

  constructor(scene: Scene, route: Route) {
    this.#scene = scene;
    this.#route = route;
    this.#at = scene.clock.now();
    this.isOverLimit = scene.requests.length >= SESSION_MAX_REQUESTS;
  }

  asked(facts: RequestFacts): void {
    this.#facts = facts;
  }

  /** Null when it may go on, else why not, for the agent. */
  async reserve(facts: RequestFacts, signal: AbortSignal): Promise<string | null> {
    const { ledger, caller, budget, provider } = this.#scene;
    const most: Taken = {
      ...NOTHING_TAKEN,
      inputTokens: facts.reservedInput,
      outputTokens: facts.reservedOutput,
    };
    const costs = facts.models.map((model) => mostCost(most, priceOf(model, provider)));
    const sums = {
      usd: Math.max(0, ...costs),
      tokens: facts.reservedInput + facts.reservedOutput,
    };
    const decision = await ledger.reserve({ run: caller.run, budget, sums }, signal);
    if (decision.kind === "reserved") {
      this.#reservation = decision.reservation;
      return null;
    }
    this.#scene.stopForBudget(decision.stop);
    const { scope, measure, limit, spent } = decision.stop;
    const asks = measure === "minutes" ? "" : ` and this request may take ${show(sums[measure])}`;
    return `the budget of this ${scope} is ${show(limit)} ${measure}: ${show(spent)} are spent${asks}. Tutti asks a person now; do not try again.`;
  }

  placed(place: Place): void {
    this.#place = place;
    this.#queuedMs = Math.round(monotonicMs() - this.#begunMs);
  }

  sent(): void {
    this.#sentMs = monotonicMs();
  }

  /** It never left this machine, so it took nothing. */
  notSent(): void {
    this.#sentMs = null;
  }

  answered(message: IncomingMessage): void {
    const { statusCode = 0, headers } = message;
    this.#status = statusCode;
    this.#firstByteMs = Math.round(monotonicMs() - this.#begunMs) - this.#queuedMs;
    this.#place?.answered(statusCode, headers["retry-after"] ?? null);
    this.#meter = createMeter({
      dialect: this.#route.dialect,
      contentType: headers["content-type"] ?? "",
      contentEncoding: headers["content-encoding"] ?? "",
    });
  }

  read(chunk: Buffer): void {
    this.#meter?.push(chunk);
  }

  /** The provider's answer came to its end. */
  completed(): void {
    if (this.#isEnded) return;
    const reading = this.#meter?.read() ?? null;
    this.#end(this.#judge(reading), reading);
  }

  /** It ended in the middle: by the provider, or (null) because nobody wants the rest. */
  cut(reason: string | null): void {
    if (this.#isEnded) return;
    const outcome = reason === null ? "cancelled" : "cut";
    this.#end({ outcome, error: reason }, this.#meter?.read() ?? null);
  }

  /** It ended without an answer. */
  end(ending: Ending): void {
    if (!this.#isEnded) this.#end(ending, null);
  }

  #judge(reading: MeterReading | null): Ending {
    const status = this.#status ?? 0;
    if (status >= FIRST_ERROR_STATUS) {
      return { outcome: "provider-error", error: reading?.error ?? `HTTP status ${status}` };
    }
    if (this.#route.kind === "free" || reading === null || !reading.isReadable) {
      return { outcome: "ok", error: null };
    }
    if (reading.error !== null) return { outcome: "provider-error", error: reading.error };
    if (!reading.isRecognised) {
      return { outcome: "garbage", error: `not an answer of ${this.#route.dialect}` };
    }
    return reading.isComplete
      ? { outcome: "ok", error: null }
      : { outcome: "cut", error: "the answer stopped before its end" };
  }

  #end({ outcome, error }: Ending, reading: MeterReading | null): void {
    this.#isEnded = true;
    const { provider, caller, ids } = this.#scene;
    const { servedModel, taken, isMetered } = this.#metered(outcome, reading);
    const request: ModelRequest = {
      id: ids(),
      at: this.#at,
      caller,
      provider: provider.name,
      dialect: this.#route.dialect,
      requestedModel: this.#facts.model,
      servedModel,
      family: servedModel === null ? null : familyOf(servedModel, provider),
      ...taken,
      costUsd: this.#cost(servedModel, taken),
      isMetered,
      outcome,
      status: this.#status,
      error: error === null ? null : errorText(error),
      queuedMs: this.#queuedMs,
      firstByteMs: this.#firstByteMs,
      totalMs: Math.round(monotonicMs() - this.#begunMs),
    };
    this.#place?.leave();
    // Who is stuck in a loop does not fill the disk.
    if (!this.isOverLimit) this.#scene.record(request);
    this.#reservation?.settle(sumsOf(request));
  }

  /** What was refused, failed or is free took nothing. What nobody said is an estimate. */
  #metered(outcome: ModelOutcome, reading: MeterReading | null): Metered {
    const servedModel = reading?.servedModel ?? null;
    if (this.#tookNothing()) return { servedModel, taken: NOTHING_TAKEN, isMetered: true };
    const stated = reading?.taken ?? null;
    const isFinal =
      reading?.isPending !== true && (outcome === "ok" || reading?.isComplete === true);
    if (stated !== null && isFinal) return { servedModel, taken: stated, isMetered: true };
    return { servedModel, taken: this.#estimate(outcome, reading), isMetered: false };
  }

  #tookNothing(): boolean {
    const isError = (this.#status ?? 0) >= FIRST_ERROR_STATUS;
    return this.#route.kind === "free" || this.#sentMs === null || isError;
  }

  /** What was stated before the answer broke off counts where it is more. */
  #estimate(outcome: ModelOutcome, reading: MeterReading | null): Taken {
    const { estimatedInput, reservedInput, reservedOutput } = this.#facts;
    if (reading?.isPending === true) {
      return { ...NOTHING_TAKEN, inputTokens: reservedInput, outputTokens: reservedOutput };
    }
    const most = Math.max(reading?.estimatedOutput ?? 0, this.#unseen(outcome));
    const taken = reading?.taken ?? { ...NOTHING_TAKEN, inputTokens: estimatedInput };
    const outputTokens = Math.max(taken.outputTokens, Math.min(most, reservedOutput));
    return { ...taken, outputTokens };
  }

  /**
   * Output that may have been written without being seen: before a head, or as thoughts. Whoever takes
   * no key sends no bill. Without a stream a provider goes on to the end although nobody listens.
   */
  #unseen(outcome: ModelOutcome): number {
    const { answers, isStream, reservedOutput } = this.#facts;
    if (this.#scene.provider.key === undefined) return 0;
    const isInStream = isStream || this.#route.path.endsWith(":streamGenerateContent");
    if (outcome === "cancelled" && !isInStream) return reservedOutput;
    const ms = monotonicMs() - (this.#sentMs ?? monotonicMs());
    return Math.ceil((ms / MS_PER_SECOND) * UNSTATED_TOKENS_PER_SECOND * answers);
  }

  #cost(servedModel: string | null, taken: Taken): number | null {
    const { provider } = this.#scene;
    if (this.#route.kind === "free" || taken === NOTHING_TAKEN) return 0;
    const price = priceOf(servedModel, provider) ?? priceOf(this.#facts.model, provider);
    return price === null ? null : costOf(taken, price);
  }
}

/** A number as people read it. */
const show = (value: number): string =>
  value >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
