/** What a turn may ask of models, and what it took, over a real store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EffectResult,
  ModelPolicy,
  type ModelRequest,
  type ProjectConfig,
  RunId,
} from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { sampleModelRequest } from "../../../../test/fixtures/runs.ts";
import {
  grantOf,
  judgedByBudget,
  stopBefore,
  type TurnResult,
  turnTime,
  withLineage,
} from "../../src/engine/perform/models.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { playTo } from "../domain/play.ts";
import { CONFIG } from "../domain/scene.ts";
import { apply, newWorld, settle } from "../domain/world.ts";

const MINUTE_MS = 60_000;

const open = (config: ProjectConfig = CONFIG) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-models-"));
  const store = openSqliteStore(folder);
  const world = newWorld({ config });
  const effect = playTo(world, "agent.turn");
  const meter = (change: Partial<ModelRequest> = {}, number = 1) => {
    const request = sampleModelRequest(world.state.id, number);
    const caller = { ...request.caller, effect: effect.id };
    return store.meter.append([{ ...request, at: world.now, caller, ...change }]);
  };
  const taken = () => ({ store, now: world.now, document: () => world.state });
  const turn = () =>
    ({ effect, payload: effect.payload, state: world.state, taken: taken() }) as never;
  return {
    store,
    world,
    effect,
    meter,
    judge: (result: TurnResult, produces: readonly string[]) => {
      const stop = { scope: "run", measure: "usd", limit: 5, spent: 4.9 } as const;
      return judgedByBudget(turn(), result, { stop, scope: null, produces });
    },
    stop: () => stopBefore(taken(), world.state),
    grant: () => grantOf(turn()),
    time: (configuredMs: number) => turnTime(turn(), configuredMs),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
};

const ENDED: Extract<EffectResult, { kind: "turn.ended" }> = {
  kind: "turn.ended",
  stopReason: "end_turn",
  artifacts: [],
  findings: null,
  problems: ["missing"],
  usage: { inputTokens: 600, outputTokens: 400, costUsd: 2 },
  durationMs: 3 * MINUTE_MS,
};

describe("the models behind a turn", () => {
  it("are those that the meter knows of its effect, with the requests that each answered", async () => {
    await using rig = open();
    await rig.meter({}, 1);
    await rig.meter({}, 2);
    await rig.meter({ servedModel: "gpt-5", family: "openai" }, 3);
    const { caller } = sampleModelRequest(rig.world.state.id, 4);
    await rig.meter({ caller, servedModel: "of another turn" }, 4);
    expect(withLineage(rig.store, rig.effect, ENDED)).toMatchObject({
      lineage: "metered",
      served: [
        { model: "claude-served", family: "anthropic", requests: 2 },
        { model: "gpt-5", family: "openai", requests: 1 },
      ],
    });
  });

  it("are known of a turn that a restart cut off, too", async () => {
    await using rig = open();
    await rig.meter();
    const cut: EffectResult = { kind: "interrupted", reason: "restart" };
    expect(withLineage(rig.store, rig.effect, cut)).toMatchObject({ lineage: "metered" });
  });

  it("are none where requests were refused or never answered", async () => {
    await using rig = open();
    const nothing = { servedModel: null, outputTokens: 0 };
    await rig.meter({ ...nothing, outcome: "refused" }, 1);
    await rig.meter({ ...nothing, outcome: "unreachable" }, 2);
    expect(withLineage(rig.store, rig.effect, ENDED)).toBe(ENDED);
  });

  it("are none where a request was broken off before anything came back, though it may have to be paid", async () => {
    await using rig = open();
    const waiting = { servedModel: null, family: null, status: null, firstByteMs: null };
    await rig.meter({ ...waiting, outcome: "cancelled", isMetered: false, outputTokens: 7 }, 1);
    expect(withLineage(rig.store, rig.effect, ENDED)).toBe(ENDED);
    await rig.meter({}, 2);
    expect(withLineage(rig.store, rig.effect, ENDED)).toMatchObject({
      served: [{ model: "claude-served", family: "anthropic", requests: 1 }],
    });
  });

  it("are unknown where an answer came from nobody knows what", async () => {
    await using rig = open();
    await rig.meter({ servedModel: null, requestedModel: null, family: null });
    const served = [{ model: "unknown", family: null, requests: 1 }];
    expect(withLineage(rig.store, rig.effect, ENDED)).toMatchObject({ served });
  });
});

describe("a bound that is reached", () => {
  it("by metered requests keeps the next turn from beginning", async () => {
    await using rig = open({ ...CONFIG, budget: { usd: 0.2 } });
    await rig.meter({}, 1);
    expect(rig.stop()).toBeNull();
    await rig.meter({}, 2);
    expect(rig.stop()).toEqual({ scope: "run", measure: "usd", limit: 0.2, spent: 0.25 });
  });

  it.each([
    { budget: { usd: 2 }, measure: "usd", spent: 2 },
    { budget: { tokens: 1000 }, measure: "tokens", spent: 1000 },
    { budget: { minutes: 3 }, measure: "minutes", spent: 3 },
  ])("by what agents report and the time of turns, too ($measure)", async (expected) => {
    await using rig = open({ ...CONFIG, budget: expected.budget });
    settle(rig.world, rig.effect, ENDED);
    const { measure, spent } = expected;
    expect(rig.stop()).toMatchObject({ scope: "run", measure, spent });
  });

  it("by all runs of the day together stops this one, and not before", async () => {
    await using rig = open({ ...CONFIG, budget: { day: { usd: 0.2 } } });
    const { caller } = sampleModelRequest(RunId.parse("r-another00000"), 1);
    await rig.meter({ caller }, 1);
    expect(rig.stop()).toBeNull();
    await rig.meter({}, 2);
    expect(rig.stop()).toEqual({ scope: "day", measure: "usd", limit: 0.2, spent: 0.25 });
  });

  it("may be raised by a person, and then does not stop", async () => {
    await using rig = open({ ...CONFIG, budget: { usd: 0.1 } });
    await rig.meter();
    expect(rig.stop()).not.toBeNull();
    const raise = { kind: "budget.raise", scope: "run", budget: { usd: 1 } } as const;
    expect(apply(rig.world, raise, { kind: "person", id: "kim" })).toBeNull();
    expect(rig.stop()).toBeNull();
  });
});

describe("what goes along with a session", () => {
  it("is on whose behalf it asks, and what the gateway cannot know is taken from the bounds", async () => {
    const models = ModelPolicy.parse({ families: ["anthropic"] });
    await using rig = open({ ...CONFIG, budget: { usd: 5, tokens: 5000, minutes: 9 }, models });
    settle(rig.world, rig.effect, ENDED);
    expect(rig.grant()).toEqual({
      caller: {
        run: rig.world.state.id,
        project: rig.world.state.project.id,
        step: "spec",
        attempt: 1,
        effect: rig.effect.id,
        agent: "alto",
      },
      policy: models,
      budget: { run: { usd: 3, tokens: 4000 }, day: {} },
    });
  });

  it("is the time that is left of a budget where that is less than a turn may take", async () => {
    await using rig = open({ ...CONFIG, budget: { minutes: 5 } });
    settle(rig.world, rig.effect, ENDED);
    expect(rig.time(60 * MINUTE_MS)).toEqual({ turnMs: 2 * MINUTE_MS, scope: "run" });
    expect(rig.time(MINUTE_MS)).toEqual({ turnMs: MINUTE_MS, scope: null });
  });
});

describe("a turn that was refused a request for its budget", () => {
  const WHOLE = { ...ENDED, problems: [] };
  const REFUSED = { servedModel: null, outputTokens: 0, outcome: "refused" } as const;
  const STOPPED = { kind: "failed", failure: { code: "budget.exceeded" } };

  it("counts when it made what it must all the same", async () => {
    await using rig = open();
    await rig.meter({ ...REFUSED, at: rig.world.now }, 1);
    expect(rig.judge(WHOLE, ["spec.md"])).toBe(WHOLE);
  });

  it("waits for a person when something of that is missing", async () => {
    await using rig = open();
    expect(rig.judge(ENDED, ["spec.md"])).toMatchObject(STOPPED);
    const died = { code: "agent.died", message: "died", retry: "new-attempt" } as const;
    expect(rig.judge({ kind: "failed", failure: died }, [])).toMatchObject(STOPPED);
  });

  it("that only writes the work tree counts when it was answered after that, and else has given up", async () => {
    await using rig = open();
    await rig.meter({ at: rig.world.now }, 1);
    await rig.meter({ ...REFUSED, at: rig.world.now + 1 }, 2);
    expect(rig.judge(WHOLE, [])).toMatchObject(STOPPED);
    await rig.meter({ at: rig.world.now + 2 }, 3);
    expect(rig.judge(WHOLE, [])).toBe(WHOLE);
  });
});
