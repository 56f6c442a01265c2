/** The nine laws of the run, over random sequences of results, answers and interruptions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { replay } from "../../src/domain/fold/evolve.ts";
import { stepHolds } from "../../src/domain/holds.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { statusOf } from "../../src/domain/status.ts";
import {
  AGENT,
  answerFor,
  apply,
  CONFIG,
  effects,
  newWorld,
  PERSON,
  resultFor,
  settle,
  startCommand,
  type World,
} from "./world.ts";

const MOVES_MAX = 60;
const RUNS = 300;

type Move = {
  kind: "settle" | "answer" | "pause" | "resume" | "take" | "give" | "amend" | "comment";
  seed: number;
};
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 14, arbitrary: fc.constant("settle" as const) },
    { weight: 7, arbitrary: fc.constant("answer" as const) },
    fc.constantFrom(
      "pause" as const,
      "resume" as const,
      "take" as const,
      "give" as const,
      "amend" as const,
      "comment" as const,
    ),
  ),
  seed: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.nat(1000)),
});

const amend = (world: World, seed: number): Command => ({
  kind: "artifact.amend",
  artifact: { name: "spec.md", hash: hashOf(`amended ${seed}`), bytes: 1 },
  data: { kind: "text" },
});

const play = (world: World, { kind, seed }: Move): void => {
  switch (kind) {
    case "settle": {
      const open = effects(world);
      const effect = open[seed % Math.max(open.length, 1)];
      if (effect !== undefined) settle(world, effect, resultFor(world, effect, seed));
      return;
    }
    case "answer": {
      const command = answerFor(world, seed);
      if (command !== null && (command.kind !== "run.cancel" || seed % 5 === 0))
        apply(world, command, PERSON);
      return;
    }
    case "pause":
      apply(world, { kind: "run.pause", reason: "a break" }, PERSON);
      return;
    case "resume":
      apply(world, { kind: "run.resume" }, PERSON);
      return;
    case "take":
      apply(world, { kind: "workspace.take" }, PERSON);
      return;
    case "give":
      apply(world, { kind: "workspace.give" }, PERSON);
      return;
    case "amend":
      apply(world, amend(world, seed), PERSON);
      return;
    default:
      apply(world, { kind: "comment.add", on: "run", text: "hm" }, PERSON);
  }
};

const overRandomRuns = (
  check: (world: World) => void,
  after: "each move" | "the end" = "each move",
): void => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 5, maxLength: MOVES_MAX }), (moves) => {
      const world = newWorld();
      for (const next of moves) {
        play(world, next);
        if (after === "each move") check(world);
      }
      if (after === "the end") check(world);
    }),
    { numRuns: RUNS },
  );
};

describe("the laws of the run", () => {
  it("1: replaying the events gives the live document, byte for byte", () => {
    overRandomRuns(
      (world) => expect(JSON.stringify(replay(world.events))).toBe(JSON.stringify(world.state)),
      "the end",
    );
  });

  it("2: nothing is merged without a valid pass of every gate and green checks of that landing", () => {
    overRandomRuns((world) => {
      const { state } = world;
      if (state.merged === null) return;
      const others = state.workflow.steps.filter((step) => step.kind !== "merge");
      expect(others.filter((step) => !stepHolds(state, step)).map((step) => step.id)).toEqual([]);
      const landing = state.checks.find(
        (run) => run.on === "landing" && run.commit === state.merged?.commit,
      );
      expect(landing?.results.every((result) => result.outcome === "green")).toBe(true);
      expect(landing?.proofs.map((proof) => proof.proof)).toEqual(
        state.proofs.map((proof) => proof.id),
      );
    }, "the end");
  });

  it("3: no command with an agent as actor is accepted", () => {
    overRandomRuns((world) => {
      for (let seed = 0; seed < 40; seed += 1) {
        const command = answerFor(world, seed);
        if (command !== null) expect(apply(world, command, AGENT)).toBe("actor.not-allowed");
      }
      expect(apply(world, { kind: "run.cancel", reason: "no" }, AGENT)).toBe("actor.not-allowed");
    }, "the end");
  });

  it("5: every requested effect is settled or cancelled exactly once, or still open", () => {
    overRandomRuns((world) => {
      const requested = world.events.flatMap(({ body }) =>
        body.type === "effect.requested" ? [body.effect.id] : [],
      );
      const closed = world.events.flatMap(({ body }) =>
        body.type === "effect.settled" || body.type === "effect.cancelled" ? [body.effect] : [],
      );
      expect(new Set(requested).size).toBe(requested.length);
      expect(new Set(closed).size).toBe(closed.length);
      expect([...closed, ...Object.keys(world.state.effects)].toSorted()).toEqual(
        requested.toSorted(),
      );
    }, "the end");
  });

  it("6: a run that neither works, nor is paused, nor has ended asks a person something", () => {
    overRandomRuns((world) => {
      const { state } = world;
      const isIdle =
        effects(world).length === 0 && state.paused === null && state.finished === null;
      if (isIdle)
        expect(attention(state).length, JSON.stringify(statusOf(state))).toBeGreaterThan(0);
    });
  });

  it("6: every answer that the queue offers is accepted and moves the run", () => {
    overRandomRuns((world) => {
      for (const item of attention(world.state)) {
        for (const [index, answer] of item.answers.entries()) {
          const copy: World = { ...world, events: [...world.events] };
          const at = attention(copy.state).findIndex((other) => other.id === item.id);
          const seed = [...Array(400).keys()].find(
            (candidate) =>
              candidate % attention(copy.state).length === at &&
              (candidate >> 3) % item.answers.length === index,
          );
          const command = seed === undefined ? null : answerFor(copy, seed);
          if (command === null) continue;
          expect(apply(copy, command, PERSON), `${item.id} ${answer.name}`).toBeNull();
          expect(copy.state.version).toBeGreaterThan(world.state.version);
        }
      }
    }, "the end");
  });

  it("7: with results alone every run comes to an end or to a person", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), (seeds) => {
        const world = newWorld();
        let moves = 0;
        while (effects(world).length > 0 && moves < 2000) {
          const [effect] = effects(world);
          const seed = seeds.next().value;
          // Interruptions come from outside and are bounded there.
          if (effect !== undefined)
            settle(world, effect, resultFor(world, effect, seed % 11 === 10 ? 1 : seed));
          moves += 1;
        }
        expect(effects(world)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("8: a review never starts without an outcome of the family rule", () => {
    overRandomRuns((world) => {
      const reviewers = effects(world).filter((effect) => effect.payload.kind === "review.turn");
      if (reviewers.length === 0) return;
      const choice = world.state.reviews.findLast((review) => review.step === "rival-review");
      expect(["allow", "unavailable"]).toContain(choice?.outcome);
      if (choice?.outcome !== "allow") expect(world.state.degraded).not.toEqual([]);
    });
  });

  it("9: cancel ends with no active effect", () => {
    overRandomRuns((world) => {
      apply(world, { kind: "run.cancel", reason: "enough" }, PERSON);
      while (effects(world).length > 0) {
        const [effect] = effects(world);
        if (effect !== undefined) settle(world, effect, resultFor(world, effect, 1));
      }
      expect(world.state.finished).not.toBeNull();
    }, "the end");
  });

  it("a run of good results and proceeding answers is merged", () => {
    const world = newWorld();
    for (let moves = 0; moves < 100 && world.state.finished === null; moves += 1) {
      const [effect] = effects(world);
      if (effect !== undefined) settle(world, effect, resultFor(world, effect, 1));
      else apply(world, answerFor(world, 0) ?? { kind: "run.cancel", reason: "stuck" }, PERSON);
    }
    expect(world.state.finished?.outcome).toBe("merged");
  });

  it("a run starts once", () => {
    const world = newWorld();
    expect(apply(world, startCommand(), PERSON)).toBe("run.exists");
  });

  it("without a foreign reviewer the review waits for a person and is marked degraded", () => {
    const sameFamily = { ...CONFIG, roles: { ...CONFIG.roles, reviewer: ["alto"] } };
    const world = newWorld(undefined, sameFamily);
    for (let moves = 0; moves < 100 && attention(world.state)[0]?.kind !== "degraded"; moves += 1) {
      const [effect] = effects(world);
      if (effect !== undefined) settle(world, effect, resultFor(world, effect, 1));
      else apply(world, answerFor(world, 0) ?? { kind: "run.cancel", reason: "stuck" }, PERSON);
    }
    expect(attention(world.state)[0]?.kind).toBe("degraded");
    expect(statusOf(world.state).state).toBe("waiting");
  });
});
