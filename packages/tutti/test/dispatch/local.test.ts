import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStage, DONE, stageRun } from "../../../../test/fixtures/dispatch-stage.ts";
import { sampleEffect } from "../../../../test/fixtures/runs.ts";
import { createLocalDispatcher } from "../../src/dispatch/local/dispatcher.ts";
import type { DispatchProblem, LocalDispatcherOptions } from "../../src/dispatch/local/options.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";

const DELAYS = { firstDelayMs: 2, longestDelayMs: 8 };
const effect = sampleEffect(stageRun, 1);
const full = (): never => {
  throw new TuttiError("disk.full", "no space", { retry: "later" });
};

describe("the dispatcher of one process", () => {
  let folder: string;
  let store: Store;
  let problems: DispatchProblem[];
  let stage: ReturnType<typeof createStage>;

  const start = async (options: Partial<LocalDispatcherOptions> = {}): Promise<void> => {
    stage = createStage({
      store,
      create: (hooks) =>
        createLocalDispatcher({
          ...hooks,
          store,
          clock: systemClock,
          owner: "one",
          report: (problem) => problems.push(problem),
          retry: DELAYS,
          ...options,
        }),
    });
    await stage.dispatcher.start();
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tutti-local-"));
    store = openSqliteStore(folder);
    problems = [];
  });

  afterEach(async () => {
    await stage.dispatcher.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it("tries again later when the disk has no room for a claim, and says so", async () => {
    let refusals = 3;
    const claim: Store["claim"] = async (ids, lease) => {
      refusals -= 1;
      return refusals < 0 ? await store.claim(ids, lease) : full();
    };
    await start({ store: { ...store, claim } });
    await stage.request(effect);
    (await stage.worker(effect)).end(DONE);
    await stage.dispatcher.drain();
    expect(problems).toHaveLength(3);
    for (const problem of problems)
      expect(problem).toMatchObject({ doing: "claim", isGivenUp: false });
    expect(stage.settled).toHaveLength(1);
  });

  it("tries again later when the disk has no room for a release", async () => {
    let refusals = 3;
    const release: Store["release"] = async (id, notBefore) => {
      refusals -= 1;
      return refusals < 0 ? await store.release(id, notBefore) : full();
    };
    await start({ store: { ...store, release } });
    await stage.request(effect);
    (await stage.worker(effect)).crash(new Error("broken"));
    (await stage.worker(effect, 2)).end(DONE);
    await stage.dispatcher.drain();
    expect(problems.map(({ doing }) => doing)).toEqual([
      "perform",
      "release",
      "release",
      "release",
    ]);
  });

  it("lengthens the leases of its workers while they work", async () => {
    await start({ lease: { holdsMs: 60_000, heartbeatMs: 5 } });
    await stage.request(effect);
    await stage.worker(effect);
    const before = store.openEffects()[0]?.leaseUntil ?? 0;
    await expect.poll(() => store.openEffects()[0]?.leaseUntil).toBeGreaterThan(before);
  });

  it("settles as failed what was in work each time that too many daemons died", async () => {
    const retry = { ...DELAYS, recoveriesMax: 3 };
    await start({ retry });
    await stage.requestSilently(effect);
    for (let death = 1; death <= 3; death += 1) {
      await store.claim([effect.id], { owner: `dead-${death}`, until: 1 });
      if (death < 3) await store.release(effect.id, null);
    }
    await stage.dispatcher.stop();
    await start({ retry });
    expect(stage.settled).toMatchObject([
      { id: effect.id, result: { kind: "failed", failure: { retry: "later" } } },
    ]);
    expect(store.openEffects()).toEqual([]);
  });

  it("starts without waiting for what a full disk does not let it recover, and recovers it later", async () => {
    await start();
    await stage.requestSilently(effect);
    await store.claim([effect.id], { owner: "dead", until: 1 });
    await stage.dispatcher.stop();
    let hasSpace = false;
    const release: Store["release"] = async (id, at) =>
      hasSpace ? await store.release(id, at) : full();
    await start({ store: { ...store, release } });
    expect(stage.begun).toEqual([]);
    hasSpace = true;
    (await stage.worker(effect, 2)).end(DONE);
    await stage.dispatcher.drain();
    expect(stage.settled).toHaveLength(1);
  });
});
