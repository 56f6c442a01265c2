/** The served family decides who wrote and who may judge, whatever was declared. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { stepState } from "../../src/domain/steps.ts";
import { isForeignJudged, judgedPasses } from "./judged.ts";
import { asked, effectsOfKind, playTo, playUntil, settleWell, statusOfStep } from "./play.ts";
import { CONFIG, FORKED, PERSON, TWO_CHECKS } from "./scene.ts";
import {
  apply,
  effects,
  goodMove,
  newWorld,
  resultFor,
  servedBy,
  settle,
  type World,
} from "./world.ts";

const REVIEW = "rival-review";
const MOVES_MAX = 60;

type Families = readonly (string | null)[];

/** The good result of a turn, served by these families. */
const settleServed = (world: World, kind: "agent.turn" | "review.turn", families: Families) => {
  const effect = playTo(world, kind);
  settle(world, effect, { ...resultFor(world, effect, 1), ...servedBy(families) });
};

/** Until the first item is at work. */
const buildingIn = (world: World): World =>
  playUntil(world, () =>
    effectsOfKind(world, "agent.turn").some(({ payload }) => payload.step === "build[P1]"),
  );

const writtenBy = (families: Families, world = newWorld()): World => {
  settleServed(buildingIn(world), "agent.turn", families);
  return world;
};

const reviewOf = ({ state }: World) => state.reviews.find((review) => review.step === REVIEW);
const turnsRequested = (world: World): number =>
  world.events.filter(
    ({ body }) => body.type === "effect.requested" && body.effect.payload.kind === "review.turn",
  ).length;

describe("a review by metered reviewers", () => {
  it("passes where the served model is of a foreign family, and says which one judged", () => {
    const world = writtenBy(["anthropic"]);
    settleServed(world, "review.turn", ["google"]);
    const { status } = stepState(world.state, REVIEW);
    expect(status.kind === "passed" && status.evidence[0]).toBe(
      "1 reviewer(s): tenor (model-of-google of google, metered)",
    );
  });

  it.each([
    { served: ["anthropic"], why: "tenor (anthropic) cannot judge work of anthropic" },
    { served: ["openai", "anthropic"], why: "tenor (anthropic) cannot judge work of anthropic" },
    { served: [null], why: "The family of model-of-null is not known" },
  ])("does not count when $served served its reviewer: a person is asked", ({ served, why }) => {
    const world = writtenBy(["anthropic"]);
    settleServed(world, "review.turn", served);
    expect([effects(world), statusOfStep(world, REVIEW)]).toEqual([[], "active"]);
    expect(asked(world)).toEqual([`degraded:${REVIEW}`]);
    expect(reviewOf(world)).toMatchObject({ outcome: "unavailable", reviewers: ["tenor"] });
    expect(reviewOf(world)?.reason).toContain(why);
  });

  it("that a person accepts as degraded passes on what was answered, without another turn", () => {
    const world = writtenBy(["anthropic"]);
    settleServed(world, "review.turn", ["anthropic"]);
    const turns = turnsRequested(world);
    const step = stepState(world.state, REVIEW).key;
    expect(apply(world, { kind: "degraded.accept", step, reason: "urgent" }, PERSON)).toBeNull();
    const { status } = stepState(world.state, REVIEW);
    expect(status.kind === "passed" && status.evidence).toContain(
      "degraded: no reviewer of a foreign family",
    );
    expect(turnsRequested(world)).toBe(turns);
  });

  it("asks another configured reviewer in the place of one that may not judge", () => {
    const roles = { ...CONFIG.roles, reviewer: ["tenor", "bass"] };
    const world = writtenBy(["anthropic"], newWorld({ config: { ...TWO_CHECKS, roles } }));
    settleServed(world, "review.turn", ["anthropic"]);
    expect(effectsOfKind(world, "review.turn").map(({ payload }) => payload.agent)).toEqual([
      "bass",
    ]);
    settleServed(world, "review.turn", ["google"]);
    expect(statusOfStep(world, REVIEW)).toBe("passed");
  });

  it("waits where the rules block instead of asking, and nobody can accept it", () => {
    const review = { ...CONFIG.review, whenUnavailable: "block" as const };
    const world = writtenBy(["anthropic"], newWorld({ config: { ...CONFIG, review } }));
    settleServed(world, "review.turn", ["anthropic"]);
    const [item] = attention(world.state);
    expect(item?.answers.map(({ name }) => name)).toEqual(["waive", "cancel"]);
    const step = stepState(world.state, REVIEW).key;
    expect(apply(world, { kind: "degraded.accept", step, reason: "urgent" }, PERSON)).toBe(
      "review.blocked",
    );
  });

  it("begins anew after a pause, and knows then who may not judge", () => {
    const world = writtenBy(["anthropic"]);
    const turn = playTo(world, "review.turn");
    apply(world, { kind: "run.pause", reason: "lunch" }, PERSON);
    settle(world, turn, {
      ...resultFor(world, turn, 1),
      ...servedBy(["anthropic"]),
    });
    expect(statusOfStep(world, REVIEW)).toBe("pending");
    apply(world, { kind: "run.resume" }, PERSON);
    expect(asked(world)).toEqual([`degraded:${REVIEW}`]);
  });

  it("records the served model with what its reviewer raises", () => {
    const world = writtenBy(["anthropic"]);
    const turn = playTo(world, "review.turn");
    settle(world, turn, { ...resultFor(world, turn, 3), ...servedBy(["google"]) });
    expect(world.state.findings[0]?.raisedBy).toEqual({
      agent: "tenor",
      model: "model-of-google",
      family: "google",
      lineage: "metered",
    });
  });
});

const failing = (code: string, wasPrompted?: boolean): World => {
  const world = buildingIn(newWorld());
  settle(world, playTo(world, "agent.turn"), {
    kind: "failed",
    failure: { code, message: "it failed", retry: "never" },
    ...(wasPrompted === undefined ? {} : { wasPrompted }),
  });
  return world;
};

describe("the authors of a candidate", () => {
  it("are the families that were served, not the declared one", () => {
    const world = writtenBy(["openai", "google"]);
    playUntil(world, () => world.state.candidate !== null);
    expect(world.state.authors).toEqual([
      { name: "alto", family: "openai", lineage: "metered", models: ["model-of-openai"] },
      { name: "alto", family: "google", lineage: "metered", models: ["model-of-google"] },
    ]);
  });

  it("are the declared one where nothing was metered", () => {
    const world = writtenBy([]);
    playUntil(world, () => world.state.candidate !== null);
    expect(world.state.authors).toEqual([
      { name: "alto", family: "anthropic", lineage: "declared", models: [] },
    ]);
  });

  it("hold who was served in an attempt that failed, for its work is in the tree", () => {
    const world = buildingIn(newWorld());
    const failure = { code: "agent.died", message: "died", retry: "new-attempt" as const };
    settle(world, playTo(world, "agent.turn"), {
      kind: "failed",
      failure,
      ...servedBy(["google"]),
    });
    settleServed(world, "agent.turn", ["anthropic"]);
    playUntil(world, () => world.state.candidate !== null);
    expect(world.state.authors.map(({ family }) => family)).toEqual(["google", "anthropic"]);
  });

  it.each([
    "agent.timeout",
    "agent.silent",
    "agent.died",
    "agent.flood",
    "agent.mode",
    "agent.login",
    "workspace.full",
    "budget.exceeded",
  ])("hold who failed with %s after the prompt, also where nothing is metered", (code) => {
    expect(failing(code, true).state.writers.map(({ family }) => family)).toEqual(["anthropic"]);
    expect(failing(code, false).state.writers).toEqual([]);
  });

  it("are read from stored turns that do not tell of the prompt by the code of their failure", () => {
    expect(failing("agent.timeout").state.writers).toHaveLength(1);
    expect(failing("workspace.full").state.writers).toHaveLength(1);
    expect(failing("agent.missing").state.writers).toEqual([]);
    expect(failing("provider.refused").state.writers).toEqual([]);
    expect(failing("budget.exceeded").state.writers).toEqual([]);
  });

  it("hold who was at work when the step was waived, for its work is in the tree as well", () => {
    const world = buildingIn(newWorld());
    const [turn] = effectsOfKind(world, "agent.turn");
    const step = stepState(world.state, "build[P1]").key;
    apply(world, { kind: "step.waive", step, reason: "it is enough" }, PERSON);
    expect(world.state.writers.map(({ family }) => family)).toEqual(["anthropic"]);
    if (turn === undefined) throw new Error("the author was at work");
    const late = { kind: "interrupted" as const, reason: "it was stopped" };
    expect(settle(world, turn, { ...late, ...servedBy(["google"]) })).toBeNull();
    settleWell(world, playTo(world, "checkpoint.create"));
    expect(world.state.authors.map(({ family, lineage }) => [family, lineage])).toEqual([
      ["anthropic", "declared"],
      ["google", "metered"],
    ]);
  });

  it("do not hold who was only waiting for another try when the step was waived", () => {
    const world = buildingIn(newWorld());
    settle(world, playTo(world, "agent.turn"), {
      kind: "failed",
      failure: { code: "agent.missing", message: "not there", retry: "later" },
    });
    const step = stepState(world.state, "build[P1]").key;
    apply(world, { kind: "step.waive", step, reason: "I do it myself" }, PERSON);
    expect([world.state.writers, world.state.unaccounted]).toEqual([[], []]);
  });

  it("leave a reviewer of the served family out before its turn costs anything", () => {
    const world = writtenBy(["openai"]);
    playUntil(world, () => asked(world).includes(`degraded:${REVIEW}`));
    expect(turnsRequested(world)).toBe(0);
  });

  it("of an unknown model leave every reviewer out, and the model is named", () => {
    const world = writtenBy([null]);
    playUntil(world, () => asked(world).includes(`degraded:${REVIEW}`));
    expect(reviewOf(world)?.reason).toContain("The family of model-of-null is not known");
  });

  it("are remembered when a person's own work is committed on top", () => {
    const world = writtenBy(["openai"]);
    playUntil(world, () => asked(world).some((id) => id.startsWith("approval")));
    apply(world, { kind: "workspace.take" }, PERSON);
    apply(world, { kind: "workspace.give" }, PERSON);
    settleWell(world, playTo(world, "checkpoint.create"));
    const families = world.state.authors.map(({ family }) => family);
    expect(families).toEqual(expect.arrayContaining(["openai", "human"]));
  });
});

const families: fc.Arbitrary<Families> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Families>([], ["anthropic"], ["openai"], ["google"]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom("anthropic", "openai", "google", null), { maxLength: 3 }),
  },
);

describe("no sequence of served families", () => {
  it("lets a reviewer of an author's family, or an unknown one, be the only judge", () => {
    let metered = 0;
    const settings = { numRuns: 300, seed: Number(process.env["TUTTI_SEED"] ?? 20_261_122) };
    fc.assert(
      fc.property(fc.boolean(), fc.infiniteStream(families), (isForked, served) => {
        const world = isForked ? newWorld({ workflow: FORKED, config: TWO_CHECKS }) : newWorld();
        for (let move = 0; move < MOVES_MAX; move += 1) {
          if (asked(world).some((id) => id.startsWith("degraded"))) break;
          const [effect] = effects(world);
          if (effect?.payload.kind !== "agent.turn" && effect?.payload.kind !== "review.turn")
            goodMove(world);
          else
            settle(world, effect, {
              ...resultFor(world, effect, 1),
              ...servedBy([...new Set<string | null>(served.next().value)]),
            });
        }
        const passes = judgedPasses(world.events.map(({ body }) => body));
        metered += passes.filter((pass) => pass.isMetered).length;
        expect(passes.filter((pass) => !isForeignJudged(pass))).toEqual([]);
      }),
      settings,
    );
    expect(metered, "passes on metered reviewers").toBeGreaterThan(settings.numRuns / 10);
  });
});

/** Lineage of the first turn, by how its agent signs in. */
const recordedLineage = (credentials: "inside" | "gateway") => {
  const { agents } = CONFIG;
  const alto = { ...agents["alto"], command: ["alto"], family: "anthropic", env: {}, egress: [] };
  const config = { ...CONFIG, agents: { ...agents, alto: { ...alto, credentials } } };
  const world = newWorld({ config });
  const effect = playTo(world, "agent.turn");
  settle(world, effect, resultFor(world, effect, 1));
  return world.events.flatMap(({ body }) => (body.type === "turn.ended" ? body.lineage : []));
};

describe("the turn of an agent with its own login", () => {
  it("is recorded as reported, and another one's as declared", () => {
    expect(recordedLineage("inside")).toEqual(["reported"]);
    expect(recordedLineage("gateway")).toEqual(["declared"]);
  });
});
