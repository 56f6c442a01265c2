/** What every dispatcher must do. It passes by calling `testDispatcher` with a way to create it on a store. */
import { TuttiError } from "@tutti/protocol";
import type { Effect } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DispatcherHooks } from "../../packages/tutti/src/engine/ports/deps.ts";
import type { Dispatcher } from "../../packages/tutti/src/engine/ports/dispatcher.ts";
import type { Store } from "../../packages/tutti/src/engine/ports/store.ts";
import { createStage, DONE, stageRun } from "../fixtures/dispatch-stage.ts";
import type { StageOptions } from "../fixtures/dispatch-stage.ts";
import { sampleEffect } from "../fixtures/runs.ts";

type DispatcherOptions = {
  readonly store: Store;
  readonly owner: string;
  /** Attempts of an effect whose worker throws; delays between them are a few milliseconds. */
  readonly attemptsMax: number;
};

type Create = (hooks: DispatcherHooks, options: DispatcherOptions) => Dispatcher;

export type DispatcherUnderTest = {
  readonly openStore: () => Store;
  readonly create: Create;
  readonly dispose: () => void;
};

const ATTEMPTS_MAX = 3;
const HALF_MINUTE_MS = 30_000;
const effect = (number: number): Effect => sampleEffect(stageRun, number);
const turn = (number: number): Effect => sampleEffect(stageRun, number, { kind: "agent.turn" });
const isTurn = ({ payload }: Effect): boolean => payload.kind === "agent.turn";
const machine = (limit: number) => () => [{ name: "machine", limit }];

export function testDispatcher(prepare: () => DispatcherUnderTest): void {
  let tested: DispatcherUnderTest;
  let store: Store;
  let stage: ReturnType<typeof createStage>;

  /** A daemon's start: a dispatcher of its own on the store. */
  const start = async (owner: string, options: Partial<StageOptions> = {}): Promise<void> => {
    const create = (hooks: DispatcherHooks) =>
      tested.create(hooks, { store, owner, attemptsMax: ATTEMPTS_MAX });
    stage = createStage({ store, create, ...options });
    await stage.dispatcher.start();
  };

  beforeEach(() => {
    tested = prepare();
    store = tested.openStore();
  });

  afterEach(async () => {
    await stage.dispatcher.stop();
    await store.close();
    tested.dispose();
  });

  describe("handing out", () => {
    it("performs each effect once and settles it with what its worker returned", async () => {
      await start("one");
      await stage.request(effect(1));
      const worker = await stage.worker(effect(1));
      stage.dispatcher.wake();
      stage.dispatcher.wake([effect(1)]);
      worker.end(DONE);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([effect(1).id]);
      expect(stage.settled).toEqual([{ id: effect(1).id, result: DONE }]);
      expect(store.openEffects()).toEqual([]);
    });

    it("marks the row active, with owner and lease, before the worker begins", async () => {
      await start("one");
      await stage.request(turn(1));
      await stage.worker(turn(1));
      expect(store.openEffects()).toMatchObject([{ state: "active", attempt: 1, owner: "one" }]);
      expect(store.openEffects()[0]?.leaseUntil).toBeGreaterThan(Date.now());
    });

    it("finds rows by itself when it starts, and when it is woken without names", async () => {
      await start("one");
      await stage.requestSilently(effect(1));
      stage.dispatcher.wake();
      (await stage.worker(effect(1))).end(DONE);
      await stage.dispatcher.drain();
      await stage.dispatcher.stop();
      await stage.requestSilently(effect(2));
      await start("two");
      (await stage.worker(effect(2))).end(DONE);
      await stage.dispatcher.drain();
      expect(store.openEffects()).toEqual([]);
    });

    it("starts an effect at its time and not before", async () => {
      await start("one");
      const at = Date.now() + 40;
      const soon = { ...effect(1), notBefore: at };
      const far = { ...effect(2), notBefore: at + HALF_MINUTE_MS };
      await stage.request(far, soon);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([]);
      const worker = await stage.worker(soon);
      expect(Date.now()).toBeGreaterThanOrEqual(at);
      worker.end(DONE);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([soon.id]);
    });
  });

  describe("limits", () => {
    it("never runs more of a group than its limit, and takes the oldest first", async () => {
      await start("one", { groupsOf: machine(2) });
      await stage.request(effect(1), effect(2), effect(3), effect(4));
      await stage.worker(effect(1));
      (await stage.worker(effect(2))).end(DONE);
      await stage.worker(effect(3));
      expect(stage.begun).toEqual([1, 2, 3].map((number) => effect(number).id));
      (await stage.worker(effect(1))).end(DONE);
      await stage.worker(effect(4));
    });

    it("needs room in every group, and lets others pass a full one", async () => {
      await start("one", {
        groupsOf: (one) => [...machine(2)(), ...(isTurn(one) ? [{ name: "turns", limit: 1 }] : [])],
      });
      await stage.request(turn(1), turn(2), turn(3), effect(4), effect(5));
      await stage.worker(turn(1));
      (await stage.worker(effect(4))).end(DONE);
      (await stage.worker(effect(5))).end(DONE);
      (await stage.worker(turn(1))).end(DONE);
      (await stage.worker(turn(2))).end(DONE);
      (await stage.worker(turn(3))).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual(
        [turn(1), effect(4), effect(5), turn(2), turn(3)].map(({ id }) => id),
      );
    });

    it("frees its place when a worker throws for the last time", async () => {
      await start("one", { groupsOf: machine(1) });
      await stage.request(turn(1), turn(2));
      (await stage.worker(turn(1))).crash(new Error("no such tool"));
      (await stage.worker(turn(2))).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled.map(({ id }) => id)).toEqual([turn(1).id, turn(2).id]);
    });
  });

  describe("workers that throw", () => {
    it("tries again with a higher attempt, a bounded number of times, then settles as failed", async () => {
      await start("one");
      await stage.request(effect(1));
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        (await stage.worker(effect(1), attempt)).crash(new Error(`broken ${attempt}`));
      }
      await expect.poll(() => store.openEffects()).toEqual([]);
      expect(stage.settled).toEqual([
        {
          id: effect(1).id,
          result: {
            kind: "failed",
            failure: { code: "internal", message: "broken 3", retry: "later" },
          },
        },
      ]);
    });

    it("goes on when a later attempt works", async () => {
      await start("one");
      await stage.request(effect(1));
      (await stage.worker(effect(1), 1)).crash(
        new TuttiError("git.failed", "lock held", { retry: "later" }),
      );
      (await stage.worker(effect(1), 2)).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled).toEqual([{ id: effect(1).id, result: DONE }]);
    });

    it("never repeats a turn, and keeps the code of what it threw", async () => {
      await start("one");
      await stage.request(turn(1));
      (await stage.worker(turn(1))).crash(
        new TuttiError("disk.full", "no space", { retry: "later" }),
      );
      await stage.dispatcher.drain();
      expect(stage.begun).toHaveLength(1);
      expect(stage.settled).toMatchObject([
        { result: { kind: "failed", failure: { code: "disk.full" } } },
      ]);
    });
  });

  describe("settling", () => {
    it("keeps a result until it can be stored", async () => {
      let refusals = ATTEMPTS_MAX * 3;
      const beforeSettle = (): void => {
        refusals -= 1;
        if (refusals >= 0) throw new TuttiError("disk.full", "no space", { retry: "later" });
      };
      await start("one", { beforeSettle });
      await stage.request(turn(1));
      (await stage.worker(turn(1))).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled).toEqual([{ id: turn(1).id, result: DONE }]);
      expect(stage.begun).toHaveLength(1);
    });

    it("gives up on a result that can never be stored, and frees its place", async () => {
      const beforeSettle = (): void => {
        if (stage.begun.length === 1) throw new Error("a defect");
      };
      await start("one", { beforeSettle, groupsOf: machine(1) });
      await stage.request(effect(1), effect(2));
      (await stage.worker(effect(1))).end(DONE);
      (await stage.worker(effect(2))).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled.map(({ id }) => id)).toEqual([effect(2).id]);
    });
  });

  describe("cancelling", () => {
    it("aborts the worker of a turn and tells once what it took", async () => {
      await start("one");
      await stage.request(turn(1));
      const { signal } = await stage.worker(turn(1));
      await stage.cancel(turn(1));
      expect(signal.aborted).toBe(true);
      await stage.dispatcher.drain();
      const result = { kind: "interrupted", reason: "aborted" };
      expect(stage.settled).toEqual([{ id: turn(1).id, result }]);
    });

    it("aborts the worker of everything else and drops its result", async () => {
      await start("one");
      await stage.request(effect(1));
      const { signal } = await stage.worker(effect(1));
      await stage.cancel(effect(1));
      expect(signal.aborted).toBe(true);
      await stage.dispatcher.drain();
      expect(stage.settled).toEqual([]);
    });

    it("never begins an effect that was cancelled while it waited", async () => {
      await start("one", { groupsOf: machine(1) });
      const later = { ...effect(3), notBefore: Date.now() + HALF_MINUTE_MS };
      await stage.request(effect(1), effect(2), later);
      const worker = await stage.worker(effect(1));
      await stage.cancel(effect(2));
      await stage.cancel(later);
      worker.end(DONE);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([effect(1).id]);
    });

    it("never begins an effect that was cancelled while it was being claimed", async () => {
      await start("one");
      await stage.requestSilently(effect(1));
      const cancelled = stage.cancel(effect(1));
      stage.dispatcher.wake([effect(1)]);
      await cancelled;
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([]);
    });

    it("lets the run's next effect begin only after the cancelled worker has ended", async () => {
      await start("one", { endsOnAbort: false });
      await stage.request(turn(1));
      const worker = await stage.worker(turn(1));
      await stage.cancel(turn(1));
      await stage.request(effect(2));
      await stage.request(effect(3));
      await stage.cancel(effect(3));
      expect(stage.begun).toEqual([turn(1).id]);
      worker.end(DONE);
      (await stage.worker(effect(2))).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([turn(1).id, effect(2).id]);
      expect(stage.settled.map(({ id }) => id)).toEqual([turn(1).id, effect(2).id]);
    });
  });

  describe("stopping and starting again", () => {
    it("aborts and waits for its workers, and leaves their effects open", async () => {
      await start("one");
      await stage.request(effect(1), turn(2));
      const { signal } = await stage.worker(effect(1));
      await stage.worker(turn(2));
      await stage.dispatcher.stop();
      expect(signal.aborted).toBe(true);
      expect(stage.settled).toEqual([]);
      expect(store.openEffects()).toHaveLength(2);
    });

    it("stores a result that came in the moment of stopping", async () => {
      await start("one", { endsOnAbort: false });
      await stage.request(effect(1));
      const { signal, end } = await stage.worker(effect(1));
      signal.addEventListener("abort", () => end(DONE));
      await stage.dispatcher.stop();
      expect(stage.settled).toEqual([{ id: effect(1).id, result: DONE }]);
    });

    it("settles a turn of a dead owner as interrupted and never begins it again", async () => {
      await start("one");
      await stage.request(turn(1));
      await stage.worker(turn(1));
      await stage.dispatcher.stop();
      await start("two");
      expect(stage.settled).toEqual([
        { id: turn(1).id, result: { kind: "interrupted", reason: "daemon restarted" } },
      ]);
      await stage.dispatcher.drain();
      expect(stage.begun).toEqual([]);
      expect(store.openEffects()).toEqual([]);
    });

    it("does everything else of a dead owner again, counting the attempt", async () => {
      await start("one");
      await stage.request(effect(1));
      await stage.worker(effect(1));
      await stage.dispatcher.stop();
      await start("two");
      (await stage.worker(effect(1), 2)).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled).toEqual([{ id: effect(1).id, result: DONE }]);
    });

    it("begins a turn that waited when its daemon died", async () => {
      await start("one", { groupsOf: machine(1) });
      await stage.request(effect(1), turn(2));
      await stage.worker(effect(1));
      await stage.dispatcher.stop();
      await start("two");
      (await stage.worker(turn(2))).end(DONE);
      (await stage.worker(effect(1), 2)).end(DONE);
      await stage.dispatcher.drain();
      expect(stage.settled).toHaveLength(2);
    });
  });
}
