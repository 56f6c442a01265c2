/** No word and no order of events stands in for evidence. */
import { type Command, type EffectResult, StepKey } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { approvalSubject } from "../../src/domain/decide/approval.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { asked, effectsOfKind, playTo, playUntil, settleWell, statusOfStep } from "./play.ts";
import { commit, FORKED, PERSON, tree, TWO_CHECKS } from "./scene.ts";
import { apply, effects, newWorld, resultFor, settle, type World } from "./world.ts";

const key = (text: string): StepKey => StepKey.parse(text);
const holds = (step: string): Command => ({
  kind: "step.renew",
  step: key(step),
  answer: "holds",
});

const FAILED: EffectResult = {
  kind: "failed",
  failure: { code: "internal", message: "it could not be done", retry: "later" },
};

/** The person commits something in the workspace of a paused run. */
const commitByPerson = (world: World, name: string): void => {
  expect(apply(world, { kind: "workspace.take" }, PERSON)).toBe(null);
  expect(apply(world, { kind: "workspace.give" }, PERSON)).toBe(null);
  const [checkpoint] = effectsOfKind(world, "checkpoint.create");
  if (checkpoint === undefined) throw new Error("no checkpoint");
  settle(world, checkpoint, {
    kind: "checkpoint.created",
    candidate: { commit: commit(name), tree: tree(name) },
    parent: commit("base"),
    changed: ["index.js"],
  });
};

const approveMerge = (world: World): void => {
  const subject = approvalSubject(world.state, key("approve-merge"));
  const give = { kind: "approval.give", step: key("approve-merge"), subject } as const;
  expect(apply(world, give, PERSON)).toBe(null);
};

describe("an approval", () => {
  it("keeps how much of the change its giver had seen, where they said so", () => {
    const world = newWorld();
    playUntil(world, () => asked(world).includes("approval:approve-merge"));
    const step = key("approve-merge");
    const subject = approvalSubject(world.state, step);
    const seen = { files: 1, hunks: 2, of: { files: 3, hunks: null } };
    expect(apply(world, { kind: "approval.give", step, subject, seen }, PERSON)).toBe(null);
    expect(world.state.approvals.at(-1)).toMatchObject({ step, seen });
    expect(world.state.approvals.at(0)).not.toHaveProperty("seen");
  });
});

describe("a person's word that a pass still holds", () => {
  it("is taken for agents' work only, never for checks, an approval, or a review of another candidate", () => {
    const world = newWorld();
    playUntil(world, () => asked(world).includes("approval:approve-merge"));
    approveMerge(world);
    apply(world, { kind: "run.pause", reason: "a look" }, PERSON);
    for (const effect of effects(world)) settle(world, effect, FAILED);
    commitByPerson(world, "by hand");
    for (const step of ["test", "rival-review", "approve-merge"])
      expect([step, apply(world, holds(step), PERSON)]).toEqual([step, "step.not-open"]);
    expect(asked(world).filter((id) => id.startsWith("stale:"))).toEqual([]);
  });

  it("renews a waiver as a waiver", () => {
    const world = newWorld();
    playUntil(world, () => statusOfStep(world, "rival-review") === "active");
    apply(world, { kind: "step.waive", step: key("rival-review"), reason: "trivial" }, PERSON);
    commitByPerson(world, "by hand");
    playUntil(world, () => asked(world).includes("stale:rival-review"));
    expect(apply(world, holds("rival-review"), PERSON)).toBe(null);
    expect(statusOfStep(world, "rival-review")).toBe("waived");
  });
});

const forked = (): World => newWorld({ workflow: FORKED, config: TWO_CHECKS });

/** Results for each check that was asked for. */
const ran = (world: World, effect: ReturnType<typeof playTo<"checks.run">>, isGreen = true) => {
  const one = resultFor(world, effect, isGreen ? 1 : 3);
  if (one.kind !== "checks.ran") throw new Error("checks ran");
  return one;
};

const candidateChecks = (world: World) =>
  effectsOfKind(world, "checks.run").filter(({ payload }) => payload.on === "candidate");
const baseline = (world: World) =>
  effectsOfKind(world, "checks.run").find(({ payload }) => payload.on === "base");

/** Plays until both checks are under way, and the baseline not yet there. */
const bothUnderWay = (): World => {
  const world = forked();
  const settleOthers = () => {
    const next = effects(world).find(({ payload }) => payload.kind !== "checks.run");
    if (next !== undefined) {
      settleWell(world, next);
      return;
    }
    const step = key("approve-spec");
    const subject = approvalSubject(world.state, step);
    apply(world, { kind: "approval.give", step, subject }, PERSON);
  };
  for (let move = 0; move < 40 && candidateChecks(world).length < 2; move += 1) settleOthers();
  expect(candidateChecks(world)).toHaveLength(2);
  return world;
};

describe("checks beside each other", () => {
  it("are each judged by their own results", () => {
    const world = bothUnderWay();
    const [lint, test] = candidateChecks(world);
    const base = baseline(world);
    if (lint === undefined || test === undefined || base === undefined) throw new Error("checks");
    settle(world, lint, ran(world, lint, false));
    settle(world, test, ran(world, test));
    settle(world, base, ran(world, base));
    expect(statusOfStep(world, "lint")).not.toBe("passed");
    expect(statusOfStep(world, "test")).not.toBe("failed");
  });

  it("run one check each and are not taken for fewer tests", () => {
    const world = bothUnderWay();
    const base = baseline(world);
    if (base === undefined) throw new Error("a baseline");
    settle(world, base, ran(world, base));
    for (const effect of candidateChecks(world)) settle(world, effect, ran(world, effect));
    expect(asked(world)).toEqual([]);
    expect(["lint", "test"].map((step) => statusOfStep(world, step))).toEqual(["passed", "passed"]);
  });

  it("all wait for the counts of the base, and one answer about the guard goes for all", () => {
    const world = bothUnderWay();
    const base = baseline(world);
    for (const effect of candidateChecks(world)) {
      const flag = { kind: "ci-edited", path: ".ci/run", detail: "" } as const;
      settle(world, effect, { ...ran(world, effect), guard: [flag] });
    }
    expect(["lint", "test"].map((step) => statusOfStep(world, step))).toEqual(["active", "active"]);
    if (base === undefined) throw new Error("a baseline");
    settle(world, base, ran(world, base));
    const [item] = attention(world.state);
    expect(item?.kind).toBe("guard");
    const subject = item?.subject ?? hashOf("none");
    expect(apply(world, { kind: "guard.allow", subject, reason: "meant" }, PERSON)).toBe(null);
    expect(["lint", "test"].map((step) => statusOfStep(world, step))).toEqual(["passed", "passed"]);
  });
});

describe("a check", () => {
  it("does not pass without the counts of the base", () => {
    const world = newWorld();
    const base = playTo(world, "checks.run");
    expect(base.payload.on).toBe("base");
    settle(world, base, FAILED);
    playUntil(world, () => candidateChecks(world).length > 0);
    const again = baseline(world);
    if (again === undefined) throw new Error("the baseline is not asked for again");
    settle(world, again, FAILED);
    for (const effect of candidateChecks(world)) settleWell(world, effect);
    expect(statusOfStep(world, "test")).toBe("failed");
    expect(asked(world)).toContain("failed-gate:test");
  });

  it("does not pass when what was asked for did not run", () => {
    const world = newWorld({ config: TWO_CHECKS });
    playUntil(world, () => candidateChecks(world).length > 0);
    const [effect] = candidateChecks(world);
    if (effect === undefined) throw new Error("checks");
    const whole = ran(world, effect);
    settle(world, effect, { ...whole, results: whole.results.slice(0, 1) });
    expect(statusOfStep(world, "test")).not.toBe("passed");
  });
});
