/** Suite `engine`: whole runs of four steps through domain, engine, dispatcher and store; the steps do nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Actor, type Effect, type EffectResult, RunId } from "@tutti/protocol";
import { createLocalDispatcher } from "../packages/tutti/src/dispatch/local/dispatcher.ts";
import { createRuns, type Runs } from "../packages/tutti/src/engine/runs.ts";
import { createRedactor } from "../packages/tutti/src/secrets/redact/redactor.ts";
import { openSqliteStore } from "../packages/tutti/src/store/sqlite/store.ts";
import { commit, tree } from "../packages/tutti/test/domain/scene.ts";
import { startCommand } from "../packages/tutti/test/domain/world.ts";
import { Workflow } from "@tutti/protocol";
import { atLeast, atMost, type Figure, percentile, type Suite } from "./figures.ts";

const AT_ONCE = [
  { runs: 1, total: 100, bar: 100 },
  { runs: 50, total: 1000, bar: 250 },
  { runs: 500, total: 2000, bar: 250 },
] as const;
const NEXT_EFFECT_MAX_MS = 20;

const PERSON: Actor = { kind: "person", id: "bench" };
const WORKER: Actor = { kind: "system", part: "worker" };

const agent = {
  kind: "agent",
  access: "read-only",
  role: "planner",
  produces: [],
  text: "nothing",
} as const;
const NO_OP = Workflow.parse({
  name: "no-op",
  description: "four steps that do nothing",
  preamble: "",
  waives: { implement: "measured", test: "measured", review: "measured" },
  steps: ["one", "two", "three", "four"].map((id, index, ids) => ({
    ...agent,
    id,
    needs: index === 0 ? [] : [ids[index - 1]],
  })),
});

const RESULTS: Partial<Record<Effect["payload"]["kind"], EffectResult>> = {
  "workspace.prepare": { kind: "workspace.prepared", root: "/nowhere", facts: [] },
  "agent.turn": {
    kind: "turn.ended",
    stopReason: "end_turn",
    artifacts: [],
    findings: null,
    problems: [],
    usage: null,
    durationMs: 0,
  },
  "workspace.dispose": { kind: "workspace.disposed", parked: [] },
  "checks.run": { kind: "checks.ran", commit: commit("base"), results: [], proofs: [], guard: [] },
};

const letters = (index: number): string => index.toString(36).padStart(12, "0");

type Stage = {
  readonly play: (run: RunId) => Promise<void>;
  readonly gapsMs: number[];
  readonly close: () => Promise<void>;
};

const openStage = async (folder: string): Promise<Stage> => {
  const store = openSqliteStore(folder);
  const clock = { now: Date.now };
  const ended = new Map<RunId, () => void>();
  const settledAt = new Map<RunId, number>();
  const gapsMs: number[] = [];
  const runs: Runs = createRuns({
    store,
    clock,
    redactor: createRedactor(),
    publish: (events, state) => {
      const requested = events.flatMap(({ body }) =>
        body.type === "effect.requested" ? [body.effect] : [],
      );
      if (requested.length > 0) dispatcher.wake(requested);
      if (events.some(({ body }) => body.type === "run.finished")) ended.get(state.id)?.();
    },
  });
  const dispatcher = createLocalDispatcher({
    store,
    clock,
    owner: "bench",
    report: ({ error }) => {
      throw error;
    },
    groupsOf: () => [],
    perform: (effect) => {
      const settled = settledAt.get(effect.run);
      if (settled !== undefined && effect.payload.kind === "agent.turn")
        gapsMs.push(performance.now() - settled);
      const result = RESULTS[effect.payload.kind];
      if (result === undefined) throw new Error(`no result for ${effect.payload.kind}`);
      return Promise.resolve(result);
    },
    settle: async (effect, result) => {
      settledAt.set(effect.run, performance.now());
      await runs.handle(effect.run, { kind: "effect.settle", effect: effect.id, result }, WORKER);
    },
  });
  await dispatcher.start();
  const play = async (run: RunId): Promise<void> => {
    const finished = Promise.withResolvers<void>();
    ended.set(run, finished.resolve);
    const command = startCommand({ workflow: NO_OP });
    if (command.kind !== "run.start") throw new Error("not a start");
    const base = { commit: commit("base"), tree: tree("base"), ref: "main" };
    await runs.handle(run, { ...command, run, base }, PERSON);
    await finished.promise;
    ended.delete(run);
  };
  return {
    play,
    gapsMs,
    close: async () => {
      await dispatcher.drain();
      await dispatcher.stop();
      await store.close();
    },
  };
};

const runsPerSecond = async (
  stage: Stage,
  load: { readonly runs: number; readonly total: number; readonly first: number },
): Promise<number> => {
  let next = load.first;
  const line = async (): Promise<void> => {
    while (next < load.first + load.total) {
      next += 1;
      await stage.play(RunId.parse(`r-${letters(next)}`));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: load.runs }, line));
  return (load.total * 1000) / (performance.now() - start);
};

export const engineSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-engine-"));
  const figures: Figure[] = [];
  try {
    let first = 0;
    for (const { runs, total, bar } of AT_ONCE) {
      say(`${total} runs of four steps, ${runs} at once`);
      const stage = await openStage(join(folder, String(runs)));
      const value = await runsPerSecond(stage, { runs, total, first });
      first += total;
      figures.push(
        atLeast(bar, { name: `runs of 4 no-op steps, ${runs} at once`, value, unit: "runs/s" }),
      );
      if (runs === 1)
        figures.push(
          atMost(NEXT_EFFECT_MAX_MS, {
            name: "result of a step to the next effect, p50",
            value: percentile(stage.gapsMs, 0.5),
            unit: "ms",
          }),
        );
      await stage.close();
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
