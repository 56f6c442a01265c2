/** Whether an attempt goes on in the session of the one before it, over a real store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sessionSpec } from "../../src/engine/perform/session-spec.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { stepState } from "../../src/domain/steps.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { effectsOfKind, playTo, playUntil, settleWell } from "../domain/play.ts";
import { PERSON } from "../domain/scene.ts";
import { apply, newWorld, settle, type World } from "../domain/world.ts";

const CUT = { kind: "interrupted", reason: "daemon restarted" } as const;
const KEY = "build[P1]";

const buildTurn = (world: World) => {
  const turns = () => effectsOfKind(world, "agent.turn");
  playUntil(world, () => turns().some(({ payload }) => payload.step === KEY));
  const [turn] = turns();
  if (turn === undefined) throw new Error("the step is at work");
  return turn;
};

/** A paused run whose author was cut off in a session of its own. */
const openCut = () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-session-"));
  const store = openSqliteStore(folder);
  const world = newWorld();
  const turn = buildTurn(world);
  const opened = { session: "s-1", openedAt: 5, agent: "alto", version: "1", isContinued: false };
  store.transcript.append(`${world.state.id}/${KEY}/1`, [{ kind: "opened", at: 5, ...opened }]);
  store.transcript.flush();
  apply(world, { kind: "run.pause", reason: "lunch" }, PERSON);
  settle(world, turn, CUT);
  return {
    world,
    /** The session that the next attempt is to go on with. */
    earlier: () => {
      const effect = buildTurn(world);
      const { payload } = effect;
      const taken = { store, now: world.now, document: () => world.state };
      const work = { deps: { store }, effect, payload, state: world.state, taken } as never;
      const job = { place: { env: {} }, produces: [] } as never;
      const agent = world.state.policy.config.agents["alto"];
      if (agent === undefined) throw new Error("alto is configured");
      return sessionSpec(work, agent, { job, turnMs: 1000 }).earlier;
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
};

const amend = (world: World, text: string): void => {
  const artifact = { name: "spec.md", hash: hashOf(text), bytes: 1 };
  apply(world, { kind: "artifact.amend", artifact, data: { kind: "text" } }, PERSON);
};

describe("an attempt after one that was cut off", () => {
  it("goes on in the same session while what it is made from is the same", async () => {
    await using cut = openCut();
    apply(cut.world, { kind: "run.resume" }, PERSON);
    expect(cut.earlier()).toEqual({ id: "s-1", openedAt: 5 });
  });

  it("opens a new one when the specification has changed since", async () => {
    await using cut = openCut();
    amend(cut.world, "something else");
    apply(cut.world, { kind: "run.resume" }, PERSON);
    expect(cut.earlier()).toBeNull();
    const { attempts } = stepState(cut.world.state, KEY);
    expect(attempts.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("opens a new one when a person's work was committed since", async () => {
    await using cut = openCut();
    apply(cut.world, { kind: "workspace.take" }, PERSON);
    apply(cut.world, { kind: "workspace.give" }, PERSON);
    settleWell(cut.world, playTo(cut.world, "checkpoint.create"));
    expect(cut.earlier()).toBeNull();
  });
});
