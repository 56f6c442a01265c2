/**
 * The dispatcher of one process. An effect's way through it:
 *
 *   wake ─► held (a cancelled worker of its run is still ending) ─► alarm (notBefore) ─► queue
 *   queue ─ all its groups have room ─► claim (a durable write) ─► worker ─► settled ─► forgotten
 *                                                                    │ threw, may be repeated
 *                                              queue ◄── alarm ◄── released
 *
 * Nothing polls: work begins when a row is committed, a worker ends, or the earliest alarm rings.
 * The claim exists for crashes: after one, an active row says that its worker had been started.
 */
import type { Effect, EffectId, RunId } from "@tutti/protocol";
import type { Dispatcher } from "../../engine/ports/dispatcher.ts";
import type { EffectRow } from "../../engine/ports/store.ts";
import { Alarms } from "./alarms.ts";
import type { Entry } from "./entry.ts";
import type { LeaseTimes, LocalDispatcherOptions } from "./options.ts";
import { Queue } from "./queue.ts";
import { backoffMs, isRepeatable, pause, RETRY_LIMITS } from "./retry.ts";
import type { RetryLimits } from "./retry.ts";
import { release, settle, work } from "./worker.ts";
import type { Ended, WorkOptions } from "./worker.ts";

const LEASE: LeaseTimes = { holdsMs: 30_000, heartbeatMs: 10_000 };
/** A start waits this long for what it recovers to be stored; with a full disk it goes on without. */
const RECOVERY_WAIT_MS = 1_000;

export function createLocalDispatcher(options: LocalDispatcherOptions): Dispatcher {
  const dispatcher = new LocalDispatcher(options);
  return {
    start: () => dispatcher.start(),
    wake: (requested) => dispatcher.wake(requested),
    cancel: (effect) => dispatcher.cancel(effect),
    drain: () => dispatcher.drain(),
    stop: () => dispatcher.stop(),
  };
}

class LocalDispatcher {
  readonly #options: LocalDispatcherOptions;
  readonly #limits: RetryLimits;
  readonly #leaseTimes: LeaseTimes;
  readonly #stopping = new AbortController();
  readonly #work: WorkOptions;
  readonly #queue = new Queue();
  readonly #alarms: Alarms;
  /** Every open effect this process knows. */
  readonly #known = new Map<EffectId, Entry>();
  /** Claimed, being claimed, or being recovered. */
  readonly #inWork = new Map<Entry, Promise<void>>();
  /** Runs with cancelled workers that have not ended, and what waits for that. */
  readonly #held = new Map<RunId, { ending: number; readonly entries: Entry[] }>();
  #drained: (() => void)[] = [];
  #heartbeat: NodeJS.Timeout | null = null;
  #claimsFailed = 0;
  #isStarted = false;
  #isPumping = false;

  constructor(options: LocalDispatcherOptions) {
    this.#options = options;
    this.#limits = { ...RETRY_LIMITS, ...options.retry };
    this.#leaseTimes = options.lease ?? LEASE;
    this.#work = { dispatch: options, limits: this.#limits, stopping: this.#stopping.signal };
    this.#alarms = new Alarms(options.clock, () => this.#pump());
  }

  async start(): Promise<void> {
    const rows = this.#options.store.openEffects();
    this.#isStarted = true;
    this.#heartbeat = setInterval(() => this.#beat(), this.#leaseTimes.heartbeatMs).unref();
    for (const row of rows) {
      if (row.state === "pending") this.#admit(row.effect, row.attempt);
      if (row.state === "active") this.#recover(row);
    }
    const recovered = Promise.all(this.#inWork.values());
    const waited = new AbortController();
    await Promise.race([recovered, pause(RECOVERY_WAIT_MS, waited.signal)]);
    waited.abort();
    this.#pump();
  }

  wake(requested?: readonly Effect[]): void {
    if (!this.#isStarted || this.#stopping.signal.aborted) return;
    if (requested !== undefined) for (const effect of requested) this.#admit(effect, 1);
    else this.#admitPending();
    this.#pump();
  }

  cancel(effect: EffectId): void {
    const entry = this.#known.get(effect);
    if (entry === undefined || entry.isCancelled) return;
    entry.isCancelled = true;
    if (!this.#inWork.has(entry)) {
      this.#queue.remove(entry);
      this.#alarms.remove(entry);
      this.#known.delete(effect);
      return;
    }
    const { run } = entry.effect;
    const held = this.#held.get(run) ?? { ending: 0, entries: [] };
    held.ending += 1;
    this.#held.set(run, held);
    entry.controller.abort(new Error("the effect was cancelled"));
  }

  drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained.push(resolve);
    this.#tellDrained();
    return promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the daemon is stopping"));
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#alarms.clear();
    const { reason } = this.#stopping.signal;
    for (const { controller } of this.#inWork.keys()) controller.abort(reason);
    await Promise.all(this.#inWork.values());
  }

  #admitPending(): void {
    for (const { effect, attempt, state } of this.#options.store.openEffects()) {
      if (state === "pending") this.#admit(effect, attempt);
    }
  }

  #admit(effect: Effect, attempt: number): void {
    if (this.#known.has(effect.id)) return;
    const entry = this.#meet(effect, attempt);
    const held = this.#held.get(effect.run);
    if (held === undefined) this.#line(entry, effect.notBefore);
    else held.entries.push(entry);
  }

  #meet(effect: Effect, attempt: number): Entry {
    const groups = this.#options.groupsOf(effect);
    const controller = new AbortController();
    const entry: Entry = { effect, groups, attempt, controller, isCancelled: false };
    this.#known.set(effect.id, entry);
    return entry;
  }

  #line(entry: Entry, notBefore: number | null): void {
    if (notBefore === null || notBefore <= this.#options.clock.now()) this.#queue.add(entry);
    else this.#alarms.add(entry, notBefore);
  }

  /** What a dead owner had in work: a turn is over, everything else is done again under its key. */
  #recover({ effect, attempt }: EffectRow): void {
    const entry = this.#meet(effect, attempt);
    if (!isRepeatable(effect)) {
      const result = { kind: "interrupted", reason: "daemon restarted" } as const;
      return this.#track(entry, settle(entry, result, this.#work));
    }
    if (attempt < this.#limits.recoveriesMax) {
      return this.#track(entry, release(entry, null, this.#work));
    }
    const message = `it was in work each of ${attempt} times that the daemon ended`;
    const failure = { code: "internal", message, retry: "later" } as const;
    this.#track(entry, settle(entry, { kind: "failed", failure }, this.#work));
  }

  /** Starts what can start, once the present turn of the event loop has said all it has to say. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#isPumping = false;
      if (this.#isStarted && !this.#stopping.signal.aborted) this.#startNext();
      this.#tellDrained();
    });
  }

  #startNext(): void {
    for (const entry of this.#alarms.takeDue()) this.#queue.add(entry);
    const batch: Entry[] = [];
    for (let entry = this.#queue.take(); entry !== null; entry = this.#queue.take()) {
      batch.push(entry);
    }
    if (batch.length === 0) return;
    const claimed = this.#claim(batch);
    for (const entry of batch) {
      const ended = claimed.then((won) => this.#begin(entry, won));
      this.#track(entry, ended, () => this.#queue.free(entry));
    }
  }

  /** Ids of those won; `null` when the store could not write. */
  async #claim(batch: readonly Entry[]): Promise<ReadonlySet<EffectId> | null> {
    try {
      const ids = batch.map(({ effect }) => effect.id);
      const won = await this.#options.store.claim(ids, this.#lease());
      this.#claimsFailed = 0;
      return new Set(won);
    } catch (error) {
      this.#claimsFailed += 1;
      this.#options.report({ effect: null, doing: "claim", error, isGivenUp: false });
      return null;
    }
  }

  async #begin(entry: Entry, won: ReadonlySet<EffectId> | null): Promise<Ended> {
    if (won === null) {
      const notBefore = this.#options.clock.now() + backoffMs(this.#claimsFailed, this.#limits);
      return { kind: "again", notBefore };
    }
    // Another worker has it, or its row was cancelled while it was being claimed.
    if (!won.has(entry.effect.id) || entry.isCancelled) return { kind: "closed" };
    if (this.#stopping.signal.aborted) return { kind: "open" };
    return await work(entry, this.#work);
  }

  #track(entry: Entry, ending: Promise<Ended>, free?: () => void): void {
    this.#inWork.set(entry, this.#finish(entry, ending, free));
  }

  async #finish(entry: Entry, ending: Promise<Ended>, free?: () => void): Promise<void> {
    const ended = await ending;
    this.#inWork.delete(entry);
    free?.();
    this.#end(entry, ended);
    this.#pump();
  }

  #end(entry: Entry, ended: Ended): void {
    const { id, run } = entry.effect;
    if (ended.kind === "again" && !entry.isCancelled) return this.#line(entry, ended.notBefore);
    this.#known.delete(id);
    const held = entry.isCancelled ? this.#held.get(run) : undefined;
    if (held === undefined) return;
    held.ending -= 1;
    if (held.ending > 0) return;
    this.#held.delete(run);
    for (const next of held.entries) {
      if (!next.isCancelled) this.#line(next, next.effect.notBefore);
    }
  }

  #tellDrained(): void {
    if (this.#inWork.size > 0 || this.#isPumping) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #beat(): void {
    const ids = [...this.#inWork.keys()].map(({ effect }) => effect.id);
    if (ids.length === 0) return;
    this.#options.store.heartbeat(ids, this.#lease()).catch((error: unknown) => {
      this.#options.report({ effect: null, doing: "heartbeat", error, isGivenUp: false });
    });
  }

  #lease(): { readonly owner: string; readonly until: number } {
    return {
      owner: this.#options.owner,
      until: this.#options.clock.now() + this.#leaseTimes.holdsMs,
    };
  }
}
