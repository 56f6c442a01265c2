/** Events in an order that nobody planned: nothing is lost, nothing spins, nothing stands still. */
import {
  type ArtifactData,
  type Command,
  type EffectResult,
  type PlanItem,
  StepKey,
  Workflow,
} from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { approvalSubject } from "../../src/domain/decide/approval.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { pinOf } from "../../src/domain/pin.ts";
import { instancesOf, stepById } from "../../src/domain/steps.ts";
import { asked, effectsOfKind, playTo, playUntil, settleWell, statusOfStep } from "./play.ts";
import { CONFIG, commit, PERSON, SPEC_FIRST, tree } from "./scene.ts";
import { apply, effects, newWorld, resultFor, settle, type World } from "./world.ts";

const key = (text: string): StepKey => StepKey.parse(text);
const FAILED: EffectResult = {
  kind: "failed",
  failure: { code: "internal", message: "the disk is full", retry: "later" },
};

const plan = (...items: Partial<PlanItem>[]): ArtifactData => ({
  kind: "plan",
  plan: {
    items: items.map((item, index) => ({
      id: `P${index + 1}`,
      title: "one",
      covers: [],
      scope: [],
      needs: [],
      ...item,
    })),
  },
});
const amendPlan = (data: ArtifactData): Command => ({
  kind: "artifact.amend",
  artifact: { name: "plan.yaml", hash: hashOf(data), bytes: 1 },
  data,
});
const amendSpec = (text: string): Command => ({
  kind: "artifact.amend",
  artifact: { name: "spec.md", hash: hashOf(text), bytes: 1 },
  data: { kind: "text" },
});
const approve = (world: World, step: string, by = "kim") =>
  apply(
    world,
    { kind: "approval.give", step: key(step), subject: approvalSubject(world.state, key(step)) },
    { kind: "person", id: by },
  );
const checkpointed = (name: string): EffectResult => ({
  kind: "checkpoint.created",
  candidate: { commit: commit(name), tree: tree(name) },
  parent: commit("base"),
  changed: ["index.js"],
});
const withSteps = (change: (step: Workflow["steps"][number]) => unknown[]): Workflow =>
  Workflow.parse({ ...SPEC_FIRST, steps: SPEC_FIRST.steps.flatMap((step) => change(step)) });
const kinds = (world: World): string[] => effects(world).map(({ payload }) => payload.kind);

describe("a merge", () => {
  it("waits, and asks for nothing over and over, while a step far before it does not hold", () => {
    const world = newWorld();
    const landing = playTo(world, "landing.prepare");
    apply(world, amendPlan(plan({ title: "another" })), PERSON);
    settleWell(world, landing);
    expect(kinds(world)).toEqual([]);
    expect(asked(world)).toContain("stale:build[P1]");
  });

  it("does not begin while a person has the workspace, nor before their work is a commit", () => {
    const world = newWorld();
    playUntil(world, () => asked(world).includes("approval:approve-merge"));
    approve(world, "approve-merge");
    const [landing] = effectsOfKind(world, "landing.prepare");
    if (landing === undefined) throw new Error("no landing");
    apply(world, { kind: "workspace.take" }, PERSON);
    settleWell(world, landing);
    expect(kinds(world)).toEqual([]);
    apply(world, { kind: "workspace.give" }, PERSON);
    expect(kinds(world)).toEqual(["checkpoint.create"]);
    expect(apply(world, { kind: "workspace.take" }, PERSON)).toBe("workspace.busy");
    const [checkpoint] = effects(world);
    if (checkpoint === undefined) throw new Error("no checkpoint");
    settle(world, checkpoint, checkpointed("by hand"));
    expect(kinds(world)).toEqual(["checks.run"]);
  });

  it("does not happen on a paused run, and goes on when it is resumed", () => {
    const world = newWorld();
    playTo(world, "landing.prepare");
    apply(world, { kind: "run.pause", reason: "a look" }, PERSON);
    for (let move = 0; move < 5; move += 1)
      for (const effect of effects(world)) settleWell(world, effect);
    expect(world.state.merged).toBe(null);
    apply(world, { kind: "run.resume" }, PERSON);
    playUntil(world, ({ state }) => state.merged !== null);
  });
});

describe("a gate", () => {
  it("begins again when an agent commits while it looks at the candidate before", () => {
    const world = newWorld();
    const checks = playUntil(world, () =>
      effectsOfKind(world, "checks.run").some(({ payload }) => payload.on === "candidate"),
    );
    apply(world, amendPlan(plan({ title: "another" }, { title: "two" })), PERSON);
    apply(world, { kind: "step.renew", step: key("build[P1]"), answer: "again" }, PERSON);
    for (const kind of ["agent.turn", "checkpoint.create"] as const)
      settleWell(world, playTo(world, kind));
    for (let move = 0; move < 20; move += 1) {
      const [effect] = effects(checks);
      if (effect !== undefined) settleWell(world, effect);
    }
    expect([...kinds(world), ...asked(world)]).not.toEqual([]);
  });

  it("whose work was cut off is asked for again", () => {
    const world = newWorld();
    playUntil(world, () => statusOfStep(world, "test") === "active");
    for (const effect of effects(world))
      settle(world, effect, { kind: "interrupted", reason: "stopped" });
    expect(statusOfStep(world, "test")).toBe("active");
    expect(kinds(world)).toContain("checks.run");
  });
});

describe("work that a person gave back", () => {
  it("is still theirs when it could not be made a commit", () => {
    const world = newWorld();
    playUntil(world, () => asked(world).includes("approval:approve-merge"));
    apply(world, { kind: "workspace.take" }, PERSON);
    apply(world, { kind: "workspace.give" }, PERSON);
    settle(world, playTo(world, "checkpoint.create"), FAILED);
    expect(world.state.takenBy).toBe("kim");
    expect(world.state.workspace.kind).toBe("ready");
    expect(asked(world)).toContain("taken:run");
    expect(world.state.comments.at(-1)?.text).toContain("the disk is full");
  });
});

const FINDING = {
  kind: "bug" as const,
  severity: "P1" as const,
  claim: "it breaks",
  requirements: ["R1"],
  locations: [],
  reproduction: { files: [], run: "node repro.js" },
};
const TWO_REVIEWERS = {
  ...CONFIG,
  agents: {
    ...CONFIG.agents,
    bass: { command: ["bass"], family: "google", env: {}, egress: [] },
  },
  roles: { ...CONFIG.roles, reviewer: ["tenor", "bass"] },
};
const TWICE_REVIEWED = withSteps((step) => [
  step.kind === "review" ? { ...step, reviewers: { count: 2 } } : step,
]);

describe("a finding", () => {
  it("whose reproduction was cut off is ruled before the review passes", () => {
    const world = newWorld({ workflow: TWICE_REVIEWED, config: TWO_REVIEWERS });
    playTo(world, "review.turn");
    const [first, second] = effectsOfKind(world, "review.turn");
    if (first === undefined || second === undefined) throw new Error("two reviewers");
    const answer = resultFor(world, first, 1);
    if (answer.kind !== "turn.ended") throw new Error("an answer");
    settle(world, first, { ...answer, findings: [FINDING] });
    settle(world, second, {
      kind: "failed",
      failure: { code: "agent.missing", message: "gone", retry: "never" },
    });
    expect(statusOfStep(world, "rival-review")).toBe("failed");
    apply(world, { kind: "run.retry" }, PERSON);
    for (const turn of effectsOfKind(world, "review.turn"))
      settle(world, turn, { ...answer, findings: [] });
    const [evidence] = effectsOfKind(world, "evidence.run");
    expect(evidence?.payload.subject).toBe("F1");
    expect(statusOfStep(world, "rival-review")).toBe("active");
  });

  it("is not made advice because its reproduction could not be run just now", () => {
    const world = newWorld();
    const turn = playTo(world, "review.turn");
    const answer = resultFor(world, turn, 1);
    if (answer.kind !== "turn.ended") throw new Error("an answer");
    settle(world, turn, { ...answer, findings: [FINDING] });
    settle(world, playTo(world, "evidence.run"), FAILED);
    expect(world.state.findings[0]?.verdict).toBe(null);
    expect(statusOfStep(world, "rival-review")).toBe("failed");
  });
});

describe("a step under a condition", () => {
  const CONDITIONAL = withSteps((step) => {
    const when = { changed: ["migrations/**"] };
    if (step.id !== "test") return [step];
    const migrate = { ...stepOf("build"), id: "migrate", when, needs: ["build"] };
    return [migrate, { ...step, needs: ["migrate"] }];
  });

  it("is skipped item by item", () => {
    const world = newWorld({ workflow: CONDITIONAL });
    playUntil(world, () => statusOfStep(world, "test") === "active");
    expect(statusOfStep(world, "migrate[P1]")).toBe("skipped");
    expect(statusOfStep(world, "migrate[P2]")).toBe("skipped");
  });

  it("runs when the condition comes true after it was skipped", () => {
    const world = newWorld({ workflow: CONDITIONAL });
    playUntil(world, () => asked(world).includes("approval:approve-merge"));
    apply(world, { kind: "workspace.take" }, PERSON);
    apply(world, { kind: "workspace.give" }, PERSON);
    const result = checkpointed("by hand");
    settle(
      world,
      playTo(world, "checkpoint.create"),
      result.kind === "checkpoint.created" ? { ...result, changed: ["migrations/1.sql"] } : result,
    );
    expect(statusOfStep(world, "migrate[P1]")).toBe("active");
  });
});

function stepOf(id: string) {
  const step = SPEC_FIRST.steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`no step ${id}`);
  return step;
}

describe("items of a plan", () => {
  it("come after those they need", () => {
    const world = newWorld();
    playUntil(world, () => statusOfStep(world, "plan") === "passed");
    apply(world, amendPlan(plan({ needs: ["P2"] }, { needs: ["P3"] }, {})), PERSON);
    expect(instancesOf(world.state, stepById(world.state, "build"))).toEqual([
      "build[P3]",
      "build[P2]",
      "build[P1]",
    ]);
  });

  it("that left the plan ask for nothing", () => {
    const world = newWorld();
    playUntil(world, () => statusOfStep(world, "build[P1]") === "passed");
    const never = { code: "agent.missing", message: "gone", retry: "never" } as const;
    settle(world, playTo(world, "agent.turn"), { kind: "failed", failure: never });
    expect(asked(world)).toEqual(["environment:build[P2]"]);
    apply(world, amendPlan(plan({ title: "one 1", covers: ["R1"] })), PERSON);
    expect(asked(world)).toEqual([]);
    expect(kinds(world)).toContain("checks.run");
  });

  it("are one step when a person goes on without a plan", () => {
    const world = newWorld();
    playUntil(world, () => statusOfStep(world, "plan") === "active");
    apply(world, { kind: "step.waive", step: key("plan"), reason: "small" }, PERSON);
    expect(statusOfStep(world, "build")).toBe("active");
  });
});

describe("an approval of two persons", () => {
  const BY_TWO = withSteps((step) => [
    step.id === "approve-spec" ? { ...step, approvers: { min: 2 } } : step,
  ]);
  it("pins nothing by the first of them", () => {
    const world = newWorld({ workflow: BY_TWO });
    playUntil(world, () => asked(world).includes("approval:approve-spec"));
    const before = world.state.artifacts["spec.md"]?.artifact.hash;
    approve(world, "approve-spec", "kim");
    approve(world, "approve-spec", "lee");
    const pin = pinOf(world.state);
    apply(world, amendSpec("another"), PERSON);
    approve(world, "approve-spec", "kim");
    expect(world.state.artifacts["spec.md"]?.artifact.hash).not.toBe(before);
    expect(pinOf(world.state)).toBe(pin);
  });

  it("does not count the word of one who took it back", () => {
    const world = newWorld({ workflow: BY_TWO });
    playUntil(world, () => asked(world).includes("approval:approve-spec"));
    approve(world, "approve-spec", "kim");
    const subject = approvalSubject(world.state, key("approve-spec"));
    const refuse: Command = {
      kind: "approval.refuse",
      step: key("approve-spec"),
      subject,
      answer: "changes",
      comment: "no",
    };
    apply(world, refuse, PERSON);
    playUntil(world, () => asked(world).includes("approval:approve-spec"));
    expect(approvalSubject(world.state, key("approve-spec"))).toBe(subject);
    approve(world, "approve-spec", "lee");
    expect(statusOfStep(world, "approve-spec")).not.toBe("passed");
  });
});

describe("an agent that asks without end", () => {
  it("is refused beyond a bound, so that the run can still be cancelled", () => {
    const world = newWorld();
    const turn = playTo(world, "agent.turn");
    const ask = (index: number): Command => ({
      kind: "permission.ask",
      permission: `q-${index}`,
      effect: turn.id,
      title: "may I?",
      detail: "",
      options: [{ id: "no", name: "No", kind: "reject_once" }],
    });
    const system = { kind: "system", part: "agents" } as const;
    const refused = Array.from({ length: 100 }, (_, index) => apply(world, ask(index), system));
    expect(refused.filter((code) => code !== null).length).toBeGreaterThan(50);
    expect(apply(world, { kind: "run.cancel", reason: "enough" }, PERSON)).toBe(null);
  });
});
