/** A world of results and commands for the state machine: no I/O, drawn by fast-check. */
import {
  type Actor,
  type Command,
  type Effect,
  type EffectResult,
  type RunDocument,
  type Workflow,
} from "@tutti/protocol";
import { CommitId, ProjectConfig, ProjectId, RunId, Sha256, TreeId } from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { decide } from "../../src/domain/decide/decide.ts";
import type { Happened } from "../../src/domain/fold/happened.ts";
import { hashOf } from "../../src/domain/hash.ts";

export const PERSON: Actor = { kind: "person", id: "kim" };
export const WORKER: Actor = { kind: "system", part: "worker" };
export const AGENT: Actor = { kind: "agent", agent: "alto", family: "anthropic" };

export const commit = (name: string): CommitId =>
  CommitId.parse(hashOf(`commit ${name}`).slice(0, 40));
export const tree = (name: string): TreeId => TreeId.parse(hashOf(`tree ${name}`).slice(0, 40));

export const CONFIG = ProjectConfig.parse({
  agents: {
    alto: { command: ["alto"], family: "anthropic" },
    tenor: { command: ["tenor"], family: "openai" },
  },
  roles: { planner: "alto", author: "alto", reviewer: ["tenor"] },
  checks: { test: { run: "npm test" } },
});

const step = { text: "do it", needs: [] };
export const SPEC_FIRST: Workflow = {
  name: "spec-first",
  description: "test",
  preamble: "",
  waives: {},
  steps: [
    {
      ...step,
      id: "spec",
      kind: "agent",
      stage: "plan",
      role: "planner",
      access: "read-only",
      produces: ["spec.md", "contract.yaml"],
      session: "fresh",
      gate: { checks: [] },
      retry: { max: 2 },
    },
    {
      ...step,
      id: "approve-spec",
      kind: "approval",
      of: ["spec.md", "contract.yaml"],
      approvers: { min: 1 },
      needs: ["spec"],
    },
    {
      ...step,
      id: "plan",
      kind: "agent",
      stage: "plan",
      role: "planner",
      access: "read-only",
      produces: ["plan.yaml"],
      session: "fresh",
      gate: { checks: [] },
      retry: { max: 2 },
      needs: ["approve-spec"],
    },
    {
      ...step,
      id: "build",
      kind: "agent",
      stage: "implement",
      role: "author",
      access: "workspace",
      produces: [],
      for_each: "plan.items",
      session: "fresh",
      gate: { checks: [] },
      retry: { max: 2 },
      needs: ["plan"],
    },
    {
      ...step,
      id: "test",
      kind: "checks",
      stage: "test",
      run: [],
      on_fail: { back_to: "build", rounds: 3 },
      needs: ["build"],
    },
    {
      ...step,
      id: "rival-review",
      kind: "review",
      stage: "review",
      reviewers: { role: "reviewer", count: 1, family: "foreign" },
      evidence: "required",
      on_fail: { back_to: "build", rounds: 2 },
      needs: ["test"],
    },
    {
      ...step,
      id: "approve-merge",
      kind: "approval",
      of: ["candidate"],
      approvers: { min: 1 },
      needs: ["rival-review"],
    },
    { ...step, id: "merge", kind: "merge", needs: ["approve-merge"] },
  ],
};

export type World = { state: RunDocument; events: Happened[]; now: number; counter: number };

const START = {
  run: RunId.parse("r-abcdef123456"),
  task: { title: "t", text: "fix it" },
  project: { id: ProjectId.parse("p-0123456789abcdef"), path: "/repo" },
};

export const startCommand = (
  workflow: Workflow = SPEC_FIRST,
  config: ProjectConfig = CONFIG,
): Command => ({
  kind: "run.start",
  ...START,
  workflow,
  workflowHash: hashOf(workflow),
  policy: { config, isolation: "sandbox", readFrom: commit("base"), hash: hashOf(config) },
  base: { commit: commit("base"), tree: tree("base"), ref: "main" },
  target: { branch: "main", to: "target" },
  warnings: [],
});

export const newWorld = (
  workflow: Workflow = SPEC_FIRST,
  config: ProjectConfig = CONFIG,
): World => {
  const decision = decide(null, startCommand(workflow, config), { now: 1, actor: PERSON });
  if (decision.kind === "rejected") throw new Error(decision.message);
  return {
    state: decision.state,
    events: decision.events.map((body) => ({ body, at: 1 })),
    now: 1,
    counter: 0,
  };
};

/** Returns the refusal's code, or null. */
export const apply = (world: World, command: Command, actor: Actor): string | null => {
  world.now += 1;
  const decision = decide(world.state, command, { now: world.now, actor });
  if (decision.kind === "rejected") return decision.code;
  world.state = decision.state;
  world.events.push(...decision.events.map((body) => ({ body, at: world.now })));
  return null;
};

export const settle = (world: World, effect: Effect, result: EffectResult): string | null =>
  apply(world, { kind: "effect.settle", effect: effect.id, result }, WORKER);

export const effects = (world: World): Effect[] => Object.values(world.state.effects);

const artifact = (name: string, text: string) => ({ name, hash: hashOf(text), bytes: text.length });
const reproduction = { files: [], run: "node repro.js" };
const run = (outcome: "pass" | "fail" | "error") => ({
  outcome,
  exitCode: outcome === "pass" ? 0 : 1,
  durationMs: 1,
  tail: "",
  log: null,
});
const runs = (outcome: "pass" | "fail" | "error") => [run(outcome), run(outcome), run(outcome)];

const turnArtifacts = (effect: Effect, seed: number) => {
  const produces = effect.payload.kind === "agent.turn" ? effect.payload.produces : [];
  return produces.map((name) => {
    const stored = artifact(name, `${name} ${seed % 3}`);
    if (name === "contract.yaml")
      return {
        ...stored,
        data: {
          kind: "contract" as const,
          contract: {
            requirements: [
              { id: "R1", must: true, text: "it works", check: { test: "t" }, scope: [] },
            ],
            non_goals: [],
          },
        },
      };
    if (name === "plan.yaml")
      return {
        ...stored,
        data: {
          kind: "plan" as const,
          plan: {
            items: [
              { id: "P1", title: `one ${seed % 3}`, covers: ["R1"], scope: [], needs: [] },
              { id: "P2", title: "two", covers: [], scope: [], needs: [] },
            ],
          },
        },
      };
    return { ...stored, data: { kind: "text" as const } };
  });
};

const checkResult = (outcome: "green" | "red") => ({
  name: "test",
  command: "npm test",
  outcome,
  exitCode: outcome === "green" ? 0 : 1,
  durationMs: 1,
  report: "tap" as const,
  counts: { passed: 2, failed: outcome === "red" ? 1 : 0, skipped: 0 },
  tests: [],
  vector: hashOf(outcome),
  flaky: [],
  tail: "",
  log: null,
});

const findings = (seed: number) =>
  seed % 3 === 0
    ? [
        {
          kind: "bug" as const,
          severity: "P1" as const,
          claim: `it breaks ${seed}`,
          requirements: ["R1"],
          locations: [],
          ...(seed % 2 === 0 ? { reproduction } : {}),
        },
      ]
    : [];

const failure = {
  kind: "failed" as const,
  failure: { code: "agent.died", message: "died", retry: "new-attempt" as const },
};

/** A plausible result for an effect; `seed` picks which. A seed of 1 is always the good one. */
export const resultFor = (world: World, effect: Effect, seed: number): EffectResult => {
  const { payload } = effect;
  world.counter += 1;
  if (seed % 11 === 10) return { kind: "interrupted", reason: "restart" };
  if (seed % 13 === 12) return failure;
  switch (payload.kind) {
    case "workspace.prepare":
      return { kind: "workspace.prepared", root: "/ws", facts: [] };
    case "agent.turn":
      return {
        kind: "turn.ended",
        stopReason: "end_turn",
        artifacts: seed % 7 === 6 ? [] : turnArtifacts(effect, seed),
        findings: null,
        problems: seed % 7 === 6 ? ["missing"] : [],
        usage: null,
        durationMs: 1,
      };
    case "review.turn":
      return {
        kind: "turn.ended",
        stopReason: "end_turn",
        artifacts: [],
        findings: findings(seed),
        problems: [],
        usage: null,
        durationMs: 1,
      };
    case "checkpoint.create":
      return {
        kind: "checkpoint.created",
        candidate: {
          commit: commit(`c${world.counter}`),
          tree: tree(`t${seed % 5}-${world.counter}`),
        },
        parent: commit("base"),
        changed: seed % 5 === 4 ? [] : ["index.js"],
      };
    case "checks.run":
      return {
        kind: "checks.ran",
        commit: payload.commit,
        results: payload.checks.length === 0 ? [] : [checkResult(seed % 5 === 3 ? "red" : "green")],
        proofs: payload.proofs.map((proof) => ({
          proof: proof.id,
          commit: payload.commit,
          runs: runs(seed % 5 === 2 ? "fail" : "pass"),
        })),
        guard:
          payload.on === "candidate" && seed % 5 === 4
            ? [{ kind: "ci-edited", path: ".github/x", detail: "" }]
            : [],
      };
    case "evidence.run": {
      const result = (outcome: "pass" | "fail") => ({
        proof: payload.subject,
        commit: payload.base,
        runs: runs(outcome),
      });
      return {
        kind: "evidence.ran",
        proof: hashOf("proof"),
        base: result(seed % 2 === 0 ? "pass" : "fail"),
        candidate: payload.candidate === null ? null : result(seed % 3 === 0 ? "pass" : "fail"),
      };
    }
    case "landing.prepare":
      return seed % 5 === 4
        ? { kind: "landing.conflict", tip: commit("tip"), paths: ["index.js"] }
        : {
            kind: "landing.prepared",
            tip: commit(`tip${seed % 3}`),
            landing: { commit: commit(`l${world.counter}`), tree: tree(`l${world.counter}`) },
            overlap: seed % 5 === 3 ? ["index.js"] : [],
          };
    case "merge.apply":
      return seed % 5 === 4
        ? {
            kind: "merge.refused",
            reason: seed % 2 === 0 ? "tip-moved" : "dirty-tree",
            message: "no",
          }
        : {
            kind: "merge.applied",
            commit: payload.landing.commit,
            target: "main",
            workTree: "updated",
          };
    case "workspace.dispose":
      return { kind: "workspace.disposed", parked: [] };
    default:
      throw new Error("unknown effect");
  }
};

/** A person's answer to something that the queue asks, picked by `seed`. */
export const answerFor = (world: World, seed: number): Command | null => {
  const items = attention(world.state);
  const item = items[seed % Math.max(items.length, 1)];
  const chosen = item?.answers[(seed >> 3) % item.answers.length];
  if (item === undefined || chosen === undefined) return null;
  const step = item.step;
  const subject = item.subject ?? Sha256.parse("0".repeat(64));
  switch (chosen.name) {
    case "proceed":
    case "comment":
      return step === null
        ? null
        : {
            kind: "approval.give",
            step,
            subject,
            ...(chosen.name === "comment" ? { comment: "fine" } : {}),
          };
    case "changes":
      if (item.kind === "guard") return { kind: "guard.refuse", subject, reason: "no" };
      if (item.kind === "approval" && step !== null)
        return { kind: "approval.refuse", step, subject, answer: "changes", comment: "more" };
      return { kind: "work.return", comment: "again" };
    case "allow":
      return { kind: "guard.allow", subject, reason: "fine" };
    case "retry":
      return { kind: "run.retry", ...(step === null ? {} : { step }) };
    case "waive":
      return step === null ? null : { kind: "step.waive", step, reason: "on purpose" };
    case "holds":
    case "again":
      return step === null ? null : { kind: "step.renew", step, answer: chosen.name };
    case "accept":
      return step === null ? null : { kind: "degraded.accept", step, reason: "fine" };
    case "give":
      return { kind: "workspace.give" };
    case "cancel":
      return { kind: "run.cancel", reason: "enough" };
    default:
      return {
        kind: "permission.answer",
        permission: item.id.replace("permission:", ""),
        option: chosen.name,
      };
  }
};
