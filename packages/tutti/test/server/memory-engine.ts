/**
 * An engine without effects: the real state machine over documents in memory. A test says itself how
 * each effect ends.
 */
import {
  CommitId,
  EVENT_SCHEMA,
  RunId,
  TuttiError,
  type Actor,
  type AttentionItem,
  type Command,
  type RunDocument,
  type RunEvent,
  type TranscriptEntry,
} from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { decide } from "../../src/domain/decide/decide.ts";
import { statusOf } from "../../src/domain/status.ts";
import type { Engine, RunRequest } from "../../src/engine/api.ts";
import type {
  Doing,
  Growth,
  ProjectRuns,
  UsageGroup,
  UsageRow,
} from "../../src/engine/ports/store.ts";
import { projectIdOf } from "../../src/engine/start-run.ts";
import { createTerminalDesk } from "../../src/engine/terminals.ts";
import { echoTerminals } from "./echo-terminals.ts";
import { resultFor, startCommand } from "../domain/world.ts";

const BLOBS: ReadonlyMap<string, Uint8Array> = new Map([
  ["a".repeat(64), new TextEncoder().encode("bytes")],
  ["c".repeat(64), Buffer.from("89504e470d0a1a0a", "hex")],
]);

const WORKER: Actor = { kind: "system", part: "worker" };

export type MemoryEngine = Engine & {
  /** Settles one open effect of a run with its good result; false when there is none. */
  readonly step: (run: RunId) => boolean;
  /** Settles effects until the run waits for a person or has ended. */
  readonly settle: (run: RunId) => void;
  readonly apply: (run: RunId, command: Command, actor: Actor) => void;
  /** Events that belong to no run of interest. */
  readonly flood: (count: number, bytes: number) => void;
  readonly actors: Actor[];
  /** What the meter says of every run, by group. */
  readonly metered: (UsageRow & { readonly by: UsageGroup | null })[];
  readonly transcripts: Map<string, TranscriptEntry[]>;
  readonly artifacts: Map<string, string>;
  /** The fence has proved itself once `proved` resolves, to each of those that `asked`. */
  readonly fence: { proved: Promise<void>; asked: number };
  /** A session says something. */
  readonly say: (session: string, text: string) => void;
};

const shell: Engine["shell"] = async (run) => ({
  place: {
    root: `/ws/${run}`,
    mounts: [],
    env: { HOME: "/home/agent" },
    artifacts: "/ws/artifacts",
    maxBytes: 1,
    tmpBytes: 1,
    isolation: "sandbox",
  },
  command: ["bash"],
  egress: [],
  owner: run,
  terminal: true,
  onEgress: () => undefined,
});

const projectsOf = (documents: readonly RunDocument[]): readonly ProjectRuns[] =>
  [...Map.groupBy(documents, ({ project }) => project.id)]
    .map(([project, runs]) => ({
      project,
      runs: runs.length,
      open: runs.filter(({ finished }) => finished === null).length,
      lastAt: Math.max(...runs.map(({ updatedAt }) => updatedAt)),
      newest: runs.at(-1)?.id ?? RunId.parse(""),
    }))
    .toSorted((left, right) => right.lastAt - left.lastAt);

export function memoryEngine(overrides: Partial<Engine> = {}): MemoryEngine {
  const documents = new Map<RunId, RunDocument>();
  const log: RunEvent[] = [];
  const listeners = new Set<(events: readonly RunEvent[]) => void>();
  const actors: Actor[] = [];
  const doings: Doing[] = [];
  const artifacts = new Map<string, string>();
  const usage: MemoryEngine["metered"] = [];
  const transcripts = new Map<string, TranscriptEntry[]>();
  let now = 1_700_000_000_000;
  let counter = 0;

  const publish = (events: readonly RunEvent[]): void => {
    log.push(...events);
    for (const listener of listeners) listener(events);
  };
  const perform = (run: RunId, command: Command, actor: Actor) => {
    now += 1000;
    const before = documents.get(run) ?? null;
    const decision = decide(before, command, { now, actor });
    if (decision.kind === "rejected") return decision;
    documents.set(run, decision.state);
    const version = before?.version ?? 0;
    publish(
      decision.events.map((body, index) => ({
        seq: log.length + index + 1,
        run,
        version: version + index + 1,
        at: now,
        actor,
        schema: EVENT_SCHEMA,
        body,
      })),
    );
    return { kind: "accepted", run, version: decision.state.version } as const;
  };
  const must = (run: RunId, command: Command, actor: Actor): void => {
    const outcome = perform(run, command, actor);
    if (outcome.kind === "rejected") throw new Error(`${outcome.code}: ${outcome.message}`);
  };
  const step = (run: RunId): boolean => {
    const state = documents.get(run);
    const effect = state === undefined ? undefined : Object.values(state.effects)[0];
    if (state === undefined || effect === undefined) return false;
    counter += 1;
    const result = resultFor({ state, events: [], now, counter: counter * 100 }, effect, 1);
    must(run, { kind: "effect.settle", effect: effect.id, result }, WORKER);
    return true;
  };
  const starting = (request: RunRequest, actor: Actor) => {
    counter += 1;
    const name = request.key ?? String(counter);
    const hash = projectIdOf(name).slice(2, 14);
    const run = RunId.parse(`r-${hash}`);
    if (documents.has(run)) return { kind: "started", run, warnings: [] } as const;
    const title = (request.title ?? request.text).split("\n")[0] ?? "";
    const command = {
      ...startCommand(),
      run,
      task: { title, text: request.text },
      project: { id: projectIdOf(request.path), path: request.path },
    } as Command;
    must(run, command, actor);
    return { kind: "started", run, warnings: ["the tree is dirty"] } as const;
  };
  const handle: Engine["handle"] = async (run, command, actor) => {
    actors.push(actor);
    return perform(run, command, actor);
  };
  const watchers = new Set<(growth: Growth) => void>();
  const all = (): AttentionItem[] => [...documents.values()].flatMap((state) => attention(state));
  const fence = { proved: Promise.resolve(), asked: 0 };
  const terminals = createTerminalDesk({
    terminals: echoTerminals,
    workspaces: { authorPlace: async ({ run }) => (await shell(run)).place },
    clock: { now: () => now },
    ids: { run: () => `r-${String((counter += 1)).padStart(6, "0")}` },
    log: () => undefined,
    fence: () => {
      fence.asked += 1;
      return fence.proved;
    },
    runs: {
      document: (run) => documents.get(run) ?? null,
      handle: async (run, command, actor) => {
        const outcome = perform(run, command, actor);
        const state = documents.get(run);
        if (outcome.kind === "rejected" || state === undefined) return outcome as never;
        return { ...outcome, state, events: [] };
      },
    },
  });
  return {
    terminals,
    start: async () => undefined,
    stop: async () => undefined,
    drain: async () => undefined,
    startRun: async (request, actor) => {
      actors.push(actor);
      return starting(request, actor);
    },
    handle,
    handleOnce: async (run, { command }, actor) => {
      actors.push(actor);
      return perform(run, command, actor);
    },
    amend: async (run, { name, text }) => {
      artifacts.set(`${run} ${name}`, text);
      return { kind: "accepted", run, version: documents.get(run)?.version ?? 0 };
    },
    document: (run) => documents.get(run) ?? null,
    status: (run) => {
      const state = documents.get(run);
      return state === undefined ? null : statusOf(state);
    },
    attention: all,
    runs: ({ project, states, cursor, limit }) => {
      const found = [...documents.values()]
        .filter((state) => project === undefined || state.project.id === project)
        .filter((state) => states === undefined || states.includes(statusOf(state).state))
        .toReversed();
      const from = Number(cursor ?? "0");
      const items = found.slice(from, from + limit).map((state) => {
        const { state: word, text, attention: open } = statusOf(state);
        return {
          id: state.id,
          project: state.project.id,
          title: state.task.title,
          workflow: state.workflow.name,
          state: word,
          text,
          attention: open.length,
          board: null,
          startedAt: state.startedAt,
          updatedAt: state.updatedAt,
        };
      });
      return { items, next: found.length > from + limit ? String(from + limit) : null };
    },
    projects: () => projectsOf([...documents.values()]),
    usage: (query) => usage.filter((row) => row.by === (query.by ?? null)),
    events: (after, limit) => log.filter(({ seq }) => seq > after).slice(0, limit),
    eventsOf: (run, after, limit) =>
      log.filter((event) => event.run === run && event.version > after).slice(0, limit),
    head: () => log.length,
    record: async (actor, doing) => {
      const after = log.length;
      doings.unshift({ at: now, ...doing, number: doings.length + 1, after, actor });
    },
    doings: ({ upTo, before = Infinity, limit }) =>
      doings.filter(({ after, number }) => after <= upTo && number < before).slice(0, limit),
    artifact: async (run, name) => artifacts.get(`${run} ${name}`) ?? null,
    blob: async (hash) => BLOBS.get(hash) ?? null,
    diff: async (_run, { path, only }) => {
      if (path !== undefined && path !== "a") {
        throw new TuttiError("file.unknown", `The change has no file ${path}.`);
      }
      const patch =
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-old\n+new \u001B]0;title\u0007\n";
      return {
        from: CommitId.parse("1".repeat(40)),
        to: CommitId.parse("2".repeat(40)),
        patch: only === "files" ? "" : patch,
        files: [{ path: "a", status: "modified", from: null, added: 1, removed: 1 }],
        truncated: false,
      };
    },
    checkpoints: () => [],
    blame: async (_run, { path }) => ({
      path,
      to: CommitId.parse("2".repeat(40)),
      lines: [{ start: 1, count: 1, checkpoint: CommitId.parse("2".repeat(40)) }],
      touched: [CommitId.parse("2".repeat(40))],
      isLate: false,
    }),
    conflicts: async () => ({
      target: "main",
      tip: CommitId.parse("3".repeat(40)),
      commit: CommitId.parse("2".repeat(40)),
      paths: ["a"],
    }),
    sessions: () => [...transcripts.keys()],
    transcript: (session, from, limit) => {
      const entries = transcripts.get(session) ?? [];
      const start = from < 0 ? Math.max(entries.length + from, 0) : from;
      return { from: start, total: entries.length, entries: entries.slice(start, start + limit) };
    },
    watchTranscripts: (listener) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    halt: (run, reason, actor) => handle(run, { kind: "run.pause", reason }, actor),
    advise: async ({ text }) => ({
      title: text,
      size: "none",
      isDefect: false,
      reason: "It is short.",
      workflow: "quick",
      agent: "ivy",
      family: "openai",
    }),
    opinion: async ({ finding }) => ({
      finding,
      says: "unsure",
      reason: "Nothing shows it.",
      agent: "ivy",
      family: "openai",
      isForeign: true,
      unkept: null,
    }),
    shell,
    capabilities: async () => [{ name: "bubblewrap", ok: true, detail: "0.8.0", mend: null }],
    probe: async (path) => {
      if (path.endsWith("broken")) throw new TuttiError("config.missing", "no configuration");
      return {
        checks: [{ name: "test", outcome: "green", detail: "3 passed" }],
        agents: [{ name: "alto", ok: true, detail: "ACP 1", mend: null }],
      };
    },
    testAgent: async ({ name }) => ({
      name,
      ok: true,
      agent: "scripted 1.0.0",
      problem: null,
      initializedMs: 400,
      openedMs: 500,
      firstUpdateMs: 90,
      totalMs: 1200,
      peakBytes: 80 << 20,
      asked: 1,
      models: {
        requests: 2,
        inputTokens: 900,
        outputTokens: 40,
        cachedTokens: 0,
        served: ["model-1"],
      },
    }),
    gc: async () => ({ removed: 2 }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    step,
    settle: (run) => {
      while (attentionOf(run, documents) === 0 && step(run));
    },
    apply: must,
    flood: (count, bytes) => {
      const run = RunId.parse("r-flood000000");
      const body = { type: "comment.added", by: "x", on: "run", text: "x".repeat(bytes) } as const;
      for (let index = 0; index < count; index += 1) {
        const actor = WORKER;
        const event = { seq: log.length + 1, run, version: index + 1, at: now, actor, body };
        publish([{ ...event, schema: EVENT_SCHEMA }]);
      }
    },
    say: (session, text) => {
      const entries = transcripts.get(session) ?? [];
      transcripts.set(session, [...entries, { kind: "text", at: now, text }]);
      for (const watcher of watchers) watcher({ session, total: entries.length + 1, at: now });
    },
    fence,
    actors,
    metered: usage,
    artifacts,
    transcripts,
    ...overrides,
  };
}

function attentionOf(run: RunId, documents: ReadonlyMap<RunId, RunDocument>): number {
  const state = documents.get(run);
  return state === undefined ? 0 : attention(state).length;
}
