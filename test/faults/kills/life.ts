/**
 * One life of the daemon, from its start to its SIGKILL: a client reads its events, starts runs, and
 * says yes to what is asked, as a person would who leaves the window open.
 */
import { once, EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "@tutti/client/api-error";
import { RunId, type RunEvent, StepKey } from "@tutti/protocol";
import type { Daemon } from "../../fixtures/daemon.ts";
import type { Project } from "../../fixtures/project.ts";
import type { Ledger } from "./ledger.ts";

export type Life = {
  readonly pid: number;
  /** Time from the call to the first answer, in milliseconds. */
  readonly startMs: number;
  /** Asks for a run, once a life; a key that was used in a life before means the run of then. */
  readonly startRun: (project: Project, key: string) => void;
  /** Resolves once the condition holds after some event, or at the deadline; rejects when nothing happens for `quietMs`. */
  readonly until: (holds: () => boolean, bounds: Bounds) => Promise<void>;
  /** Resolves when every command was answered and every event that there is was read. */
  readonly catchUp: (bounds: Bounds) => Promise<void>;
  /** No command is under way and no event is read any more. The daemon must be gone. */
  readonly end: () => Promise<void>;
};

/** Events that no passed step comes with, and after which something may be asked. */
const ASKING: ReadonlySet<string> = new Set([
  "step.failed",
  "step.reopened",
  "workspace.broken",
  "landing.prepared",
  "permission.asked",
]);

type Bounds = {
  readonly quietMs: number;
  /** On the clock of `performance.now()`. */
  readonly deadline?: number;
};

/** Until the daemon is known to be gone, it is asked again. */
const AGAIN_MS = 20;

const isUnreachable = (error: unknown): boolean =>
  error instanceof ApiError && error.is("daemon.unreachable");

export const beginLife = async (daemon: Daemon, ledger: Ledger): Promise<Life> => {
  const called = performance.now();
  const { pid } = await daemon.client.health();
  const startMs = performance.now() - called;
  const { bare } = daemon;
  const stop = new AbortController();
  const bell = new EventEmitter().setMaxListeners(0);
  const tasks = new Set<Promise<void>>();
  const asked = new Set<string>();
  const answers = new Map<RunId, Promise<void>>();
  let failure: Error | null = null;

  /** Fails by nothing that a SIGKILL explains. */
  const perform = async (act: () => Promise<void>): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        return await act();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!isUnreachable(error)) throw error;
        await delay(AGAIN_MS);
      }
    }
  };

  const fail = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error(String(error));
    bell.emit("event");
  };

  const spawn = (act: () => Promise<void>): Promise<void> => {
    const task = perform(act).catch(fail);
    tasks.add(task);
    void task.then(() => tasks.delete(task));
    return task;
  };

  /** Says yes to every approval. One look at a run at a time: nothing is answered twice. */
  const answer = (run: RunId): void => {
    const before = answers.get(run) ?? Promise.resolve();
    const next = spawn(async () => {
      await before;
      await answerAll(run);
    });
    answers.set(run, next);
  };

  const answerAll = async (run: RunId): Promise<void> => {
    for (const item of await bare.attention({ run })) {
      if (item.kind !== "approval" || item.step === null || item.subject === null) {
        ledger.violations.push(`run ${run} asks ${item.kind}: ${item.asks} (${item.why})`);
        await bare.command(run, { kind: "run.cancel", reason: "it asked what nobody answers" });
        return;
      }
      const step = StepKey.parse(item.step);
      await bare.command(run, { kind: "approval.give", step, subject: item.subject });
      ledger.acknowledge(run, `approval of ${item.subject}`);
    }
  };

  const comment = async (run: RunId, text: string): Promise<void> => {
    await bare.command(run, { kind: "comment.add", on: "run", text });
    ledger.acknowledge(run, `comment ${text}`);
  };

  /** What may ask something of a person. */
  const react = ({ body, run, seq }: RunEvent): void => {
    if (body.type === "step.passed") {
      void spawn(() => comment(run, `seen ${body.step} at ${seq}`));
      answer(run);
    }
    if (ASKING.has(body.type)) answer(run);
  };

  const listen = async (): Promise<void> => {
    for await (const event of bare.events({ after: ledger.last(), signal: stop.signal })) {
      ledger.see(event);
      react(event);
      bell.emit("event");
    }
  };
  /** What a standstill looks like. */
  const describe = async (quietMs: number): Promise<string> => {
    const items = await bare.attention().catch(String);
    return `nothing happened for ${quietMs} ms: ${ledger.describe()} ${JSON.stringify(items)}`;
  };

  const quiet = async (): Promise<void> => {
    while (tasks.size > 0) await Promise.all(tasks);
  };

  const until: Life["until"] = async (holds, bounds) => {
    const { quietMs, deadline = Number.POSITIVE_INFINITY } = bounds;
    for (;;) {
      if (failure !== null) throw failure;
      const leftMs = deadline - performance.now();
      if (holds() || leftMs <= 0) return;
      const isLast = leftMs < quietMs;
      const signal = AbortSignal.timeout(Math.ceil(isLast ? leftMs : quietMs));
      await once(bell, "event", { signal }).catch(async (cause: unknown) => {
        if (!isLast) throw new Error(await describe(quietMs), { cause });
      });
    }
  };

  // What was asked in a life before may have had no answer.
  for (const run of ledger.live()) answer(run);
  const listening = perform(listen).catch(fail);

  return {
    pid,
    startMs,
    startRun: (project, key) => {
      if (asked.has(key)) return;
      asked.add(key);
      void spawn(async () => {
        const started = await bare.startRun({ path: project.root, text: "Do it." }, { key });
        ledger.begin(RunId.parse(started.run), { key, project });
        bell.emit("event");
      });
    },
    until,
    catchUp: async (bounds) => {
      await quiet();
      const { head } = await bare.health();
      await until(() => ledger.last() >= head, bounds);
    },
    end: async () => {
      stop.abort();
      await quiet();
      await listening;
      if (failure !== null) throw failure;
    },
  };
};
