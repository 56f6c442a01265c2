/**
 * Commands of one run are decided one after another: load → decide → commit → publish. The document
 * in memory is the fold of what is stored; after a failed commit it is read again.
 */
import {
  type Actor,
  type Command,
  type Effect,
  type EventBody,
  type Rejected,
  type RunDocument,
  type RunEvent,
  type RunId,
  EVENT_SCHEMA,
} from "@tutti/protocol";
import { boardOf } from "../domain/board.ts";
import { type Decision, decide } from "../domain/decide/decide.ts";
import type { Context } from "../domain/draft.ts";
import { replay } from "../domain/fold/evolve.ts";
import { statusOf } from "../domain/status.ts";
import type { Clock } from "./ports/clock.ts";
import type { Redactor } from "./ports/secrets.ts";
import type { Commit, OnceOnly, RunSummary, Store } from "./ports/store.ts";
import { redactActor, redactCommand } from "./redaction.ts";

/** Documents of ended runs kept in memory. */
const DOCUMENTS_KEPT_MAX = 500;
/** Events read at a time when a document is rebuilt. */
const REPLAY_PAGE = 1000;

type Accepted = {
  readonly kind: "accepted";
  readonly state: RunDocument;
  /** Of the run when this was done; it may be further by now. */
  readonly version: number;
  readonly events: readonly RunEvent[];
};

/** A command, and the request that asked for it where that may come again. */
type Asked = { readonly command: Command; readonly request: OnceOnly | null };

export type Runs = {
  readonly handle: (run: RunId, command: Command, actor: Actor) => Promise<Accepted | Rejected>;
  /** A request that was done before is answered as it was then. */
  readonly handleOnce: (run: RunId, asked: Asked, actor: Actor) => Promise<Accepted | Rejected>;
  readonly document: (run: RunId) => RunDocument | null;
};

const summaryOf = (state: RunDocument): RunSummary => {
  const status = statusOf(state);
  return {
    id: state.id,
    project: state.project.id,
    title: state.task.title,
    workflow: state.workflow.name,
    state: status.state,
    text: status.text,
    attention: status.attention.length,
    board: boardOf(state),
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
  };
};

const effectChanges = (events: readonly EventBody[]) => {
  const requested: Effect[] = events.flatMap((body) =>
    body.type === "effect.requested" ? [body.effect] : [],
  );
  const settled = events.flatMap((body) => (body.type === "effect.settled" ? [body.effect] : []));
  const cancelled = events.flatMap((body) =>
    body.type === "effect.cancelled" ? [body.effect] : [],
  );
  return { requested, settled, cancelled };
};

/** Documents by run; those of ended runs leave in order of use. */
const createCache = () => {
  const documents = new Map<RunId, RunDocument>();
  return {
    get: (run: RunId) => documents.get(run) ?? null,
    drop: (run: RunId) => documents.delete(run),
    put: (state: RunDocument) => {
      documents.delete(state.id);
      documents.set(state.id, state);
      if (documents.size <= DOCUMENTS_KEPT_MAX) return;
      for (const [run, kept] of documents) {
        if (kept.finished === null || run === state.id) continue;
        documents.delete(run);
        return;
      }
    },
  };
};

type RunsOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly publish: (events: readonly RunEvent[], state: RunDocument) => void;
};

const rebuild = (store: Store, run: RunId): RunDocument | null => {
  const events: RunEvent[] = [];
  for (;;) {
    const page = store.eventsOf(run, events.at(-1)?.version ?? 0, REPLAY_PAGE);
    events.push(...page);
    if (page.length < REPLAY_PAGE) break;
  }
  return replay(events);
};

/** What is decided, ready to be stored. */
const commitOf = (
  before: { readonly run: RunId; readonly version: number },
  decision: Extract<Decision, { kind: "accepted" }>,
  context: Context,
): Commit => {
  const events = decision.events.map((body, index) => ({
    run: before.run,
    version: before.version + index + 1,
    at: context.now,
    actor: context.actor,
    schema: EVENT_SCHEMA,
    body,
  }));
  return {
    run: before.run,
    expectedVersion: before.version,
    events,
    document: decision.state,
    summary: summaryOf(decision.state),
    ...effectChanges(decision.events),
    audit: { at: context.now, actor: context.actor, action: "", outcome: "accepted", detail: "" },
  };
};

/** One task after another per key; a failed one does not hold up the next. */
const createSerial = () => {
  const tails = new Map<string, Promise<unknown>>();
  return <Result>(key: string, task: () => Promise<Result>): Promise<Result> => {
    const result = (tails.get(key) ?? Promise.resolve()).then(task);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    void tail.then(() => tails.get(key) === tail && tails.delete(key));
    return result;
  };
};

const refuse = async (
  store: Store,
  about: { run: RunId; command: Command; context: Context },
  refusal: Rejected,
): Promise<Rejected> => {
  const { run, command, context } = about;
  const detail = `${refusal.code}: ${refusal.message}`;
  await store.audit({
    at: context.now,
    actor: context.actor,
    action: command.kind,
    outcome: "rejected",
    detail,
    run,
  });
  return refusal;
};

/** Null for a request that was not done yet. */
const doneBefore = (
  store: Store,
  { run, request, state }: { run: RunId; request: OnceOnly | null; state: RunDocument | null },
): Accepted | Rejected | null => {
  const before = request === null ? null : store.request(request.key);
  if (before === null || request === null || state === null) return null;
  if (before.fingerprint === request.fingerprint && before.run === run)
    return { kind: "accepted", state, version: before.version, events: [] };
  return {
    kind: "rejected",
    code: "request.key-reused",
    message: "This Idempotency-Key was sent with another request.",
  };
};

/** What is stored is the truth: after a failure the next command reads it again. */
const readingAgain = async <Result>(
  cache: ReturnType<typeof createCache>,
  run: RunId,
  task: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await task();
  } catch (error) {
    cache.drop(run);
    throw error;
  }
};

export const createRuns = ({ store, clock, redactor, publish }: RunsOptions): Runs => {
  const cache = createCache();
  const serial = createSerial();

  const document = (run: RunId): RunDocument | null => {
    const cached = cache.get(run);
    if (cached !== null) return cached;
    const loaded = store.document(run) ?? rebuild(store, run);
    if (loaded !== null) cache.put(loaded);
    return loaded;
  };

  const attempt = async (
    run: RunId,
    { command, request }: Asked,
    actor: Actor,
  ): Promise<Accepted | Rejected> => {
    const context = { now: clock.now(), actor };
    const state = document(run);
    const before = doneBefore(store, { run, request, state });
    if (before !== null) return before;
    const decision = decide(state, command, context);
    if (decision.kind === "rejected")
      return await refuse(store, { run, command, context }, decision);
    if (state !== null && decision.events.length === 0)
      return { kind: "accepted", state, version: state.version, events: [] };
    const commit = commitOf({ run, version: state?.version ?? 0 }, decision, context);
    const committed = await store.commit({
      ...commit,
      audit: { ...commit.audit, action: command.kind },
      ...(request === null ? {} : { request }),
    });
    if (committed.kind === "stale")
      throw new Error(`run ${run} was changed by another process (version ${committed.version})`);
    cache.put(decision.state);
    publish(committed.events, decision.state);
    const { state: after } = decision;
    return { kind: "accepted", state: after, version: after.version, events: committed.events };
  };

  const handleOnce: Runs["handleOnce"] = (run, { command, request }, actor) =>
    serial(run, () =>
      readingAgain(cache, run, () => {
        const asked = { command: redactCommand(command, redactor.text), request };
        return attempt(run, asked, redactActor(actor, redactor.text));
      }),
    );

  return {
    handle: (run, command, actor) => handleOnce(run, { command, request: null }, actor),
    handleOnce,
    document,
  };
};
