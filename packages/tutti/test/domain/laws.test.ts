/** The nine laws of the run, over random sequences of results, answers and interruptions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, QuestionField } from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { checkNames } from "../../src/domain/checks.ts";
import { replay } from "../../src/domain/fold/evolve.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { instanceHolds, stepHolds } from "../../src/domain/holds.ts";
import { inputsOf } from "../../src/domain/inputs.ts";
import { instancesOf, stepState } from "../../src/domain/steps.ts";
import { statusOf } from "../../src/domain/status.ts";
import { isForeignJudged, judgedPasses } from "./judged.ts";
import { AGENT, CONFIG, FORKED, PERSON, TWO_CHECKS, WORKER } from "./scene.ts";
import {
  answerFor,
  apply,
  commandFor,
  effects,
  goodMove,
  newWorld,
  playGood,
  resultFor,
  settle,
  startCommand,
  type World,
} from "./world.ts";

/** Good moves that lead a run somewhere, before anything may happen. */
const LEAD_MAX = 36;
const MOVES_MAX = 40;
const RUNS = 300;
/** The same worlds each time; `TUTTI_SEED=N npm test -- unit` looks at others. */
const SEED = Number(process.env["TUTTI_SEED"] ?? 20_261_122);
const SETTINGS = { numRuns: RUNS, seed: SEED };

type Kind =
  | "settle"
  | "answer"
  | "good"
  | "pause"
  | "resume"
  | "take"
  | "give"
  | "amend"
  | "replan"
  | "waive"
  | "renew"
  | "return"
  | "dispose"
  | "trim"
  | "rerun"
  | "ask"
  | "leave"
  | "late"
  | "comment";
type Move = { kind: Kind; seed: number };
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Kind>("settle") },
    { weight: 5, arbitrary: fc.constant<Kind>("answer") },
    { weight: 16, arbitrary: fc.constant<Kind>("good") },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Kind>(
        "pause",
        "resume",
        "resume",
        "take",
        "give",
        "amend",
        "replan",
        "waive",
        "renew",
        "return",
        "dispose",
        "trim",
        "rerun",
        "ask",
        "leave",
        "late",
        "comment",
      ),
    },
  ),
  seed: fc.nat(1000),
});

const SIMPLE: Partial<Record<Kind, Command>> = {
  pause: { kind: "run.pause", reason: "a break" },
  resume: { kind: "run.resume" },
  take: { kind: "workspace.take" },
  give: { kind: "workspace.give" },
  comment: { kind: "comment.add", on: "run", text: "hm" },
};

const amend = (seed: number): Command => ({
  kind: "artifact.amend",
  artifact: { name: "spec.md", hash: hashOf(`amended ${seed}`), bytes: 1 },
  data: { kind: "text" },
});

const replan = (seed: number): Command => {
  const count = 1 + (seed % 3);
  const items = Array.from({ length: count }, (_, index) => ({
    id: `P${index + 1}`,
    title: `item ${seed % 5}`,
    covers: [],
    scope: [],
    needs: index === 0 && count > 1 ? ["P2"] : [],
  }));
  const data = { kind: "plan" as const, plan: { items } };
  return {
    kind: "artifact.amend",
    artifact: { name: "plan.yaml", hash: hashOf(data), bytes: 1 },
    data,
  };
};

/** About any step of the run, or any finding, whether it was asked for or not. */
const uncalledFor = (world: World, kind: Kind, seed: number): Command | null => {
  const keys = world.state.workflow.steps.flatMap((step) => instancesOf(world.state, step));
  const step = keys[seed % keys.length];
  const finding = world.state.findings[seed % Math.max(world.state.findings.length, 1)];
  if (kind === "return") return { kind: "work.return", comment: "again" };
  if (kind === "dispose")
    return finding === undefined
      ? null
      : { kind: "finding.dispose", finding: finding.id, why: "known" };
  if (kind === "rerun")
    return finding === undefined ? null : { kind: "finding.rerun", finding: finding.id };
  if (step === undefined) return null;
  return kind === "waive"
    ? { kind: "step.waive", step, reason: "on purpose" }
    : { kind: "step.renew", step, answer: seed % 2 === 0 ? "holds" : "again" };
};

/** A person leaves something out of the candidate, or takes it back. */
const trim = ({ state }: World, seed: number): Command | null => {
  if (state.candidate === null) return null;
  const { commit: candidate } = state.candidate;
  return seed % 3 === 0
    ? { kind: "hunks.put-back", candidate }
    : { kind: "hunks.leave-out", candidate, files: [{ path: "index.js", hunks: null }] };
};

/** A program wants out to a host that is not listed. */
const leave = (world: World, seed: number): void => {
  const open = effects(world);
  const effect = open[seed % Math.max(1, open.length)];
  if (effect === undefined) return;
  const target = `host${seed % 3}.example:443`;
  apply(world, { kind: "egress.deny", effect: effect.id, target }, WORKER);
};

const CHOICE = {
  kind: "choice",
  name: "choice",
  title: "Which",
  about: null,
  isRequired: true,
  choices: ["a", "b"].map((value) => ({ value, title: value, about: null })),
  preset: null,
} as const satisfies QuestionField;

const askOne = (world: World, seed: number): void => {
  const turn = effects(world).find(({ payload }) => payload.kind === "agent.turn");
  if (turn === undefined) return;
  if (seed % 2 === 1) {
    const question = `f-${world.now}-${seed}`;
    apply(
      world,
      { kind: "question.ask", question, effect: turn.id, message: "which?", fields: [CHOICE] },
      WORKER,
    );
    return;
  }
  const options = [{ id: "yes", name: "Yes", kind: "allow_once" as const }];
  apply(
    world,
    {
      kind: "permission.ask",
      permission: `q-${world.now}-${seed}`,
      effect: turn.id,
      title: "may I?",
      detail: "",
      options,
    },
    WORKER,
  );
};

const settleOne = (world: World, seed: number): void => {
  const open = effects(world);
  const effect = open[seed % Math.max(open.length, 1)];
  if (effect !== undefined) settle(world, effect, resultFor(world, effect, seed));
};

/** The worker of a cancelled turn has ended, sooner or later. */
const tellLate = (world: World, seed: number): void => {
  const turns = world.state.unaccounted;
  const effect = turns[seed % Math.max(turns.length, 1)];
  if (effect !== undefined) settle(world, effect, resultFor(world, effect, seed));
};

const answerOne = (world: World, seed: number): void => {
  const command = answerFor(world, seed);
  const isCancel = command?.kind === "run.cancel";
  if (command !== null && (!isCancel || seed % 7 === 0)) apply(world, command, PERSON);
};

const calledFor = (world: World, kind: Kind, seed: number): Command | null =>
  kind === "trim" ? trim(world, seed) : (SIMPLE[kind] ?? amend(seed));

const play = (world: World, { kind, seed }: Move): void => {
  if (kind === "settle") settleOne(world, seed);
  else if (kind === "answer") answerOne(world, seed);
  else if (kind === "good") goodMove(world);
  else if (kind === "ask") askOne(world, seed);
  else if (kind === "leave") leave(world, seed);
  else if (kind === "late") tellLate(world, seed);
  else if (kind === "replan") apply(world, replan(seed), PERSON);
  else {
    const isUncalled = ["waive", "renew", "return", "dispose", "rerun"].includes(kind);
    const command = isUncalled ? uncalledFor(world, kind, seed) : calledFor(world, kind, seed);
    if (command !== null) apply(world, command, PERSON);
  }
};

/** Half of the worlds have steps beside each other, conditions, and several reviewers. */
const worldOf = (isForked: boolean): World =>
  isForked ? newWorld({ workflow: FORKED, config: TWO_CHECKS }) : newWorld();

const startOf = fc.record({
  isForked: fc.boolean(),
  lead: fc.nat(LEAD_MAX),
  moves: fc.array(move, { maxLength: MOVES_MAX }),
});

/** Each place on the way to the merge, and there a guard's flag, a commit of nothing, or a conflict: whatever the seed. */
const TURNS_FOR_THE_WORSE = Array.from(
  { length: LEAD_MAX + 1 },
  (_, lead): [boolean, number, Move[]] => [false, lead, [{ kind: "settle", seed: 4 }]],
);

/** `violations`: what breaks the law in a world, in words. Looked at after each random move. */
const expectLaw = (violations: (world: World) => readonly string[]): void => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.nat(LEAD_MAX),
      fc.array(move, { minLength: 1, maxLength: MOVES_MAX }),
      (isForked, lead, moves) => {
        const world = worldOf(isForked);
        for (let step = 0; step < lead; step += 1) goodMove(world);
        for (const next of moves) {
          play(world, next);
          expect(violations(world)).toEqual([]);
        }
      },
    ),
    { ...SETTINGS, examples: TURNS_FOR_THE_WORSE },
  );
};

const copyOf = (world: World): World => ({ ...world, events: [...world.events] });

describe("the laws of the run", () => {
  it("1: replaying the events gives the live document, byte for byte", () => {
    expectLaw((world) =>
      JSON.stringify(replay(world.events)) === JSON.stringify(world.state)
        ? []
        : ["the replay differs"],
    );
  });

  it("2: nothing is merged without a valid pass of every gate, and green checks and proofs of that landing", () => {
    let merged = 0;
    expectLaw(({ state }) => {
      if (state.merged === null) return [];
      merged += 1;
      const landing = state.checks.find(
        (run) => run.on === "landing" && run.commit === state.merged?.commit,
      );
      const open = state.workflow.steps
        .filter((step) => step.kind !== "merge" && !stepHolds(state, step))
        .map((step) => `${step.id} does not hold`);
      const red =
        landing?.results.every((result) => result.outcome === "green") === true
          ? []
          : ["its landing is not green"];
      const unproven =
        landing?.proofs.length === state.proofs.length
          ? []
          : ["its landing was not held against every proof"];
      return [...open, ...red, ...unproven];
    });
    expect(merged, "worlds that were merged").toBeGreaterThan(RUNS / 10);
  });

  it("2: a checks step is passed only by green results of its own, for all that it runs", () => {
    let passed = 0;
    expectLaw(({ state }) =>
      state.workflow.steps.flatMap((step) => {
        if (step.kind !== "checks" || stepState(state, step.id).status.kind !== "passed") return [];
        passed += 1;
        const run = state.checks.findLast((one) => one.on === "candidate" && one.step === step.id);
        const green = run?.results.filter(({ outcome }) => outcome === "green") ?? [];
        return green.length === checkNames(state, step).length ? [] : [step.id];
      }),
    );
    expect(passed, "passed checks seen").toBeGreaterThan(RUNS / 10);
  });

  it("2: a review is passed only where each reviewer it chose has answered for that candidate", () => {
    expectLaw((world) => {
      const { state } = world;
      const { status } = stepState(state, "rival-review");
      if (status.kind !== "passed") return [];
      const commits = world.events.flatMap(({ body }) =>
        body.type === "effect.requested" && body.effect.payload.kind === "review.turn"
          ? [body.effect.payload.candidate]
          : [],
      );
      return commits.some(({ tree }) => tree === status.inputs["candidate"])
        ? []
        : ["not reviewed"];
    });
  });

  it("2: no finding with a reproduction is left unruled by a review that passed", () => {
    expectLaw(({ state }) => {
      const { status } = stepState(state, "rival-review");
      const open = state.findings.filter(
        (one) =>
          one.verdict === null && one.reproduction !== undefined && one.disposition.kind === "open",
      );
      return status.kind === "passed" && instanceHolds(state, "rival-review")
        ? open.map((one) => one.id)
        : [];
    });
  });

  it("3: no command with an agent as actor is accepted", () => {
    expectLaw((world) => {
      const offered = attention(world.state).flatMap((item) =>
        item.answers.flatMap((answer) => commandFor(item, answer) ?? []),
      );
      const commands: Command[] = [
        ...offered,
        { kind: "run.cancel", reason: "no" },
        amend(1),
        { kind: "step.waive", step: inputsKey(world), reason: "no" },
      ];
      return commands
        .filter((command) => apply(copyOf(world), command, AGENT) !== "actor.not-allowed")
        .map((command) => command.kind);
    });
  });

  it("4: nothing counts as passed whose recorded inputs differ from the present ones", () => {
    let stale = 0;
    expectLaw(({ state }) =>
      Object.values(state.steps).flatMap(({ key, status }) => {
        if (status.kind !== "passed") return [];
        const isSame =
          JSON.stringify(sorted(status.inputs)) === JSON.stringify(sorted(inputsOf(state, key)));
        if (!isSame) stale += 1;
        return isSame === instanceHolds(state, key) ? [] : [key];
      }),
    );
    expect(stale, "stale passes seen").toBeGreaterThan(0);
  });

  it("5: every requested effect is settled or cancelled exactly once, or still open", () => {
    expectLaw((world) => {
      const requested = world.events.flatMap(({ body }) =>
        body.type === "effect.requested" ? [body.effect.id] : [],
      );
      const closed = world.events.flatMap(({ body }) =>
        body.type === "effect.settled" || body.type === "effect.cancelled" ? [body.effect] : [],
      );
      const accounted = [...closed, ...Object.keys(world.state.effects)].toSorted();
      return JSON.stringify(accounted) === JSON.stringify(requested.toSorted()) &&
        new Set(requested).size === requested.length
        ? []
        : ["effects do not add up"];
    });
  });

  it("6: a run that neither works, nor is paused, nor has ended asks a person something", () => {
    expectLaw(({ state }) => {
      const isIdle =
        Object.keys(state.effects).length === 0 && state.paused === null && state.finished === null;
      return isIdle && attention(state).length === 0 ? [JSON.stringify(statusOf(state))] : [];
    });
  });

  it("6: every answer that the queue offers is accepted and moves the run", () => {
    const seen = new Set<string>();
    expectLaw((world) =>
      isMerging(world)
        ? []
        : attention(world.state).flatMap((item) =>
            item.answers.flatMap((answer) => {
              seen.add(`${item.kind} ${answer.name}`);
              const copy = copyOf(world);
              const command = commandFor(item, answer);
              const refusal = command === null ? "no command" : apply(copy, command, PERSON);
              const hasMoved = copy.state.version > world.state.version;
              return refusal === null && hasMoved
                ? []
                : [`${item.id} ${answer.name}: ${refusal ?? "nothing moved"}`];
            }),
          ),
    );
    expect([...seen].toSorted()).toEqual(
      expect.arrayContaining([
        "approval changes",
        "approval proceed",
        "budget cancel",
        "budget raise",
        "budget retry",
        "conflict changes",
        "degraded accept",
        "failed-gate retry",
        "guard allow",
        "stale again",
        "stale holds",
        "taken give",
      ]),
    );
  });

  it("7: with results alone every run comes to an end or to a person", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), startOf, (seeds, start) => {
        const world = worldOf(start.isForked);
        for (let step = 0; step < start.lead; step += 1) goodMove(world);
        for (const next of start.moves) play(world, next);
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
      SETTINGS,
    );
  });

  it("8: a review never starts without an outcome of the family rule", () => {
    let reviews = 0;
    expectLaw(({ state }) => {
      const reviewers = Object.values(state.effects).filter(
        (effect) => effect.payload.kind === "review.turn",
      );
      if (reviewers.length === 0) return [];
      reviews += 1;
      const choice = state.reviews.findLast((review) => review.step === "rival-review");
      const isAccepted = state.degraded.some((accepted) => accepted.step === "rival-review");
      return choice?.outcome === "allow" || isAccepted ? [] : [choice?.outcome ?? "no outcome"];
    });
    expect(reviews, "reviews seen").toBeGreaterThan(0);
  });

  it("8: no review passes on reviewers that were served by an author's family, or by an unknown one", () => {
    let metered = 0;
    expectLaw(({ events }) => {
      const seen = judgedPasses(events.map(({ body }) => body));
      metered += seen.filter((pass) => pass.isMetered).length;
      return seen.filter((pass) => !isForeignJudged(pass)).map((pass) => pass.judges.join(" and "));
    });
    expect(metered, "passes on metered reviewers").toBeGreaterThan(0);
  });

  it("9: cancel from any state ends with no active effect", () => {
    expectLaw((world) => {
      const copy = copyOf(world);
      while (apply(copy, { kind: "run.cancel", reason: "enough" }, PERSON) === "run.merging")
        goodMove(copy);
      while (effects(copy).length > 0) goodMove(copy);
      return copy.state.finished === null ? ["it has not ended"] : [];
    });
  });
});

/** The key of some step that exists, for a command about a step. */
const inputsKey = (world: World) => Object.values(world.state.steps)[0]?.key ?? commandKey;
const commandKey = startKey();

function startKey() {
  const world = playGood(newWorld(), 3);
  const [first] = Object.values(world.state.steps);
  if (first === undefined) throw new Error("a run has a step after three moves");
  return first.key;
}

const isMerging = (world: World): boolean =>
  effects(world).some((effect) => effect.payload.kind === "merge.apply");

const sorted = (inputs: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(inputs).toSorted(([left], [right]) => (left < right ? -1 : 1));

describe("a run", () => {
  it("is merged by good results and proceeding answers", () => {
    expect(playGood(newWorld(), 100).state.finished?.outcome).toBe("merged");
  });

  it("starts once", () => {
    expect(apply(newWorld(), startCommand(), PERSON)).toBe("run.exists");
  });

  it("waits for a person, marked degraded, when no foreign reviewer is there", () => {
    const world = newWorld({
      config: { ...CONFIG, roles: { ...CONFIG.roles, reviewer: ["alto"] } },
    });
    while (attention(world.state)[0]?.kind !== "degraded") goodMove(world);
    expect(statusOf(world.state).state).toBe("waiting");
    expect(effects(world)).toEqual([]);
  });
});
