/** A world of results and commands for the state machine: no I/O, drawn by fast-check. */
import {
  type Actor,
  type AttentionAnswer,
  type AttentionItem,
  type Command,
  type Effect,
  type EffectKind,
  type EffectPayload,
  type EffectResult,
  ProjectId,
  type ProjectConfig,
  type RunDocument,
  RunId,
  Sha256,
  type Workflow,
} from "@tutti/protocol";
import { attention } from "../../src/domain/attention.ts";
import { decide } from "../../src/domain/decide/decide.ts";
import type { Happened } from "../../src/domain/fold/happened.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { commit, CONFIG, PERSON, SPEC_FIRST, tree, WORKER } from "./scene.ts";

export type World = { state: RunDocument; events: Happened[]; now: number; counter: number };
type Rules = { readonly workflow?: Workflow; readonly config?: ProjectConfig };

export const startCommand = ({ workflow = SPEC_FIRST, config = CONFIG }: Rules = {}): Command => ({
  kind: "run.start",
  run: RunId.parse("r-abcdef123456"),
  task: { title: "t", text: "fix it" },
  project: { id: ProjectId.parse("p-0123456789abcdef"), path: "/repo" },
  workflow,
  workflowHash: hashOf(workflow),
  policy: { config, isolation: "sandbox", readFrom: commit("base"), hash: hashOf(config) },
  base: { commit: commit("base"), tree: tree("base"), ref: "main" },
  target: { branch: "main", to: "target" },
  warnings: [],
});

export const newWorld = (rules: Rules = {}): World => {
  const decision = decide(null, startCommand(rules), { now: 1, actor: PERSON });
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

export const effects = (world: World): Effect[] => Object.values(world.state.effects);
export const settle = (world: World, effect: Effect, result: EffectResult): string | null =>
  apply(world, { kind: "effect.settle", effect: effect.id, result }, WORKER);

/** What a result is made from: the world counts up, so that commits differ. */
type Draw<Kind extends EffectKind> = {
  payload: Extract<EffectPayload, { kind: Kind }>;
  seed: number;
  count: number;
};
type Results = { readonly [Kind in EffectKind]: (draw: Draw<Kind>) => EffectResult };

const artifact = (name: string, seed: number) => ({
  name,
  hash: hashOf(`${name} ${seed % 3}`),
  bytes: 1,
});

const CONTRACT = {
  requirements: [{ id: "R1", must: true, text: "it works", check: { test: "t" }, scope: [] }],
  non_goals: [],
};
const planOf = (seed: number) => ({
  items: [
    { id: "P1", title: `one ${seed % 3}`, covers: ["R1"], scope: [], needs: [] },
    { id: "P2", title: "two", covers: [], scope: [], needs: [] },
  ],
});

const dataOf = (name: string, seed: number) => {
  if (name === "contract.yaml") return { kind: "contract" as const, contract: CONTRACT };
  if (name === "plan.yaml") return { kind: "plan" as const, plan: planOf(seed) };
  return { kind: "text" as const };
};

const proofRuns = (outcome: "pass" | "fail") =>
  Array.from({ length: 3 }, () => ({
    outcome,
    exitCode: outcome === "pass" ? 0 : 1,
    durationMs: 1,
    tail: "",
    log: null,
  }));

const checkResult = (name: string, outcome: "green" | "red") => ({
  name,
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

const findingsOf = (seed: number) => {
  if (seed % 3 !== 0) return [];
  const reproduction = seed % 2 === 0 ? { reproduction: { files: [], run: "node repro.js" } } : {};
  return [
    {
      kind: "bug" as const,
      severity: "P1" as const,
      claim: `it breaks ${seed}`,
      requirements: ["R1"],
      locations: [],
      ...reproduction,
    },
  ];
};

const ENDED = {
  kind: "turn.ended" as const,
  stopReason: "end_turn",
  artifacts: [],
  findings: null,
  problems: [],
  usage: null,
  durationMs: 1,
};
const is = (seed: number, rest: number): boolean => seed % 5 === rest;

/** What served a turn: nothing metered, one family, two, or a model that the table does not know. */
const SERVED: readonly (readonly (string | null)[])[] = [
  [],
  ["anthropic"],
  ["openai"],
  ["google"],
  [],
  ["openai", "anthropic"],
  [null],
];

export const servedBy = (families: readonly (string | null)[]) => ({
  lineage: families.length === 0 ? ("declared" as const) : ("metered" as const),
  served: families.map((family) => ({ model: `model-of-${family}`, family, requests: 1 })),
});

const modelsOf = (seed: number) =>
  seed === 1 ? {} : servedBy(SERVED[(seed >> 2) % SERVED.length] ?? []);

const overBudget = (seed: number): EffectResult => ({
  kind: "failed",
  wasPrompted: seed % 4 < 2,
  failure: {
    code: "budget.exceeded",
    message: "used up",
    retry: "never",
    budget: {
      scope: seed % 2 === 0 ? "run" : "day",
      measure: seed % 3 === 0 ? "tokens" : "usd",
      limit: 5,
      spent: 5 + (seed % 7),
    },
  },
  ...modelsOf(seed),
});

/** A seed of 1 gives the good result of every kind. */
const RESULTS: Results = {
  "workspace.prepare": () => ({ kind: "workspace.prepared", root: "/ws", facts: [] }),
  "agent.turn": ({ payload, seed }) =>
    seed % 7 === 6
      ? { ...ENDED, ...modelsOf(seed), problems: ["missing"] }
      : {
          ...ENDED,
          ...modelsOf(seed),
          artifacts: payload.produces.map((name) => ({
            ...artifact(name, seed),
            data: dataOf(name, seed),
          })),
        },
  "review.turn": ({ seed }) => ({
    ...ENDED,
    ...modelsOf(seed),
    findings: findingsOf(seed),
  }),
  "checkpoint.create": ({ seed, count }) => ({
    kind: "checkpoint.created",
    candidate: { commit: commit(`c${count}`), tree: tree(`t${count}`) },
    parent: commit("base"),
    changed: is(seed, 4) ? [] : [seed % 6 === 5 ? "migrations/1.sql" : "index.js"],
  }),
  "checks.run": ({ payload, seed }) => ({
    kind: "checks.ran",
    commit: payload.commit,
    results: payload.checks.map((name) => checkResult(name, is(seed, 3) ? "red" : "green")),
    proofs: payload.proofs.map((proof) => ({
      proof: proof.id,
      commit: payload.commit,
      runs: proofRuns(is(seed, 2) ? "fail" : "pass"),
    })),
    guard:
      payload.on === "candidate" && is(seed, 4)
        ? [{ kind: "ci-edited", path: ".github/x", detail: "" }]
        : [],
  }),
  "evidence.run": ({ payload, seed }) => {
    const result = (outcome: "pass" | "fail") => ({
      proof: payload.subject,
      commit: payload.base,
      runs: proofRuns(outcome),
    });
    const candidate = payload.candidate === null ? null : result(seed % 3 === 0 ? "pass" : "fail");
    return {
      kind: "evidence.ran",
      proof: hashOf("proof"),
      base: result(seed % 2 === 0 ? "pass" : "fail"),
      candidate,
    };
  },
  "landing.prepare": ({ seed, count }) =>
    is(seed, 4)
      ? { kind: "landing.conflict", tip: commit("tip"), paths: ["index.js"] }
      : {
          kind: "landing.prepared",
          tip: commit(`tip${seed % 3}`),
          landing: { commit: commit(`l${count}`), tree: tree(`l${count}`) },
          overlap: is(seed, 3) ? ["index.js"] : [],
        },
  "merge.apply": ({ payload, seed }) =>
    is(seed, 4)
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
        },
  "workspace.dispose": () => ({ kind: "workspace.disposed", parked: [] }),
};

/** A plausible result, picked by `seed`; some are failures and interruptions. */
export const resultFor = (world: World, effect: Effect, seed: number): EffectResult => {
  const isTurn = effect.payload.kind === "agent.turn" || effect.payload.kind === "review.turn";
  if (seed % 11 === 10)
    return { kind: "interrupted", reason: "restart", ...(isTurn ? modelsOf(seed) : {}) };
  if (seed % 17 === 16 && isTurn) return overBudget(seed);
  if (seed % 13 === 12)
    return {
      kind: "failed",
      failure: { code: "agent.died", message: "died", retry: "new-attempt" },
      wasPrompted: seed % 2 === 0,
    };
  world.counter += 1;
  const result = RESULTS[effect.payload.kind] as (draw: {
    payload: EffectPayload;
    seed: number;
    count: number;
  }) => EffectResult;
  return result({ payload: effect.payload, seed, count: world.counter });
};

const ZERO = Sha256.parse("0".repeat(64));

type Say = (item: AttentionItem, answer: AttentionAnswer) => Command | null;
const onStep =
  (make: (step: NonNullable<AttentionItem["step"]>, item: AttentionItem) => Command): Say =>
  (item) =>
    item.step === null ? null : make(item.step, item);

const changes: Say = (item) => {
  const subject = item.subject ?? ZERO;
  if (item.kind === "guard") return { kind: "guard.refuse", subject, reason: "no" };
  if (item.kind === "approval" && item.step !== null)
    return {
      kind: "approval.refuse",
      step: item.step,
      subject,
      answer: "changes",
      comment: "more",
    };
  return { kind: "work.return", comment: "again" };
};

/** Always more than before: a limit is only ever raised. */
let raises = 0;
const raised = (): number => (raises += 1);

const SAY: Readonly<Record<string, Say>> = {
  proceed: onStep((step, item) => ({ kind: "approval.give", step, subject: item.subject ?? ZERO })),
  comment: onStep((step, item) => ({
    kind: "approval.give",
    step,
    subject: item.subject ?? ZERO,
    comment: "fine",
  })),
  changes,
  allow: (item) => ({ kind: "guard.allow", subject: item.subject ?? ZERO, reason: "fine" }),
  retry: (item) => ({ kind: "run.retry", ...(item.step === null ? {} : { step: item.step }) }),
  waive: onStep((step) => ({ kind: "step.waive", step, reason: "on purpose" })),
  holds: onStep((step) => ({ kind: "step.renew", step, answer: "holds" })),
  again: onStep((step) => ({ kind: "step.renew", step, answer: "again" })),
  accept: onStep((step) => ({ kind: "degraded.accept", step, reason: "fine" })),
  give: () => ({ kind: "workspace.give" }),
  raise: (_item, { command }) => ({
    kind: "budget.raise",
    scope: command.includes("--day") ? "day" : "run",
    budget: { [command.includes("--tokens") ? "tokens" : "usd"]: 1000 + raised() },
  }),
  cancel: () => ({ kind: "run.cancel", reason: "enough" }),
};

/** The command that an answer of the queue stands for. */
export const commandFor = (item: AttentionItem, answer: AttentionAnswer): Command | null => {
  if (item.kind === "egress") {
    const target = item.id.replace("egress:", "");
    if (answer.name === "deny") return { kind: "egress.refuse", target };
    return {
      kind: "egress.allow",
      target,
      scope: answer.name === "allow-project" ? "project" : "run",
    };
  }
  if (item.kind === "permission")
    return {
      kind: "permission.answer",
      permission: item.id.replace("permission:", ""),
      option: answer.name,
    };
  if (item.kind === "question" && answer.name !== "cancel")
    return {
      kind: "question.answer",
      question: item.id.replace("question:", ""),
      action: answer.name === "decline" ? "decline" : "accept",
      values: answer.name === "decline" ? {} : { choice: "b" },
    };
  return SAY[answer.name]?.(item, answer) ?? null;
};

/** A person's answer to something that the queue asks, picked by `seed`. */
export const answerFor = (world: World, seed: number): Command | null => {
  const items = attention(world.state);
  const item = items[seed % Math.max(items.length, 1)];
  const answer = item?.answers[(seed >> 3) % item.answers.length];
  return item === undefined || answer === undefined ? null : commandFor(item, answer);
};

/** One move towards the merge: a good result, or the first answer that does not end the run. */
export const goodMove = (world: World): void => {
  const [effect] = effects(world);
  if (effect !== undefined) {
    settle(world, effect, resultFor(world, effect, 1));
    return;
  }
  if (world.state.paused !== null) apply(world, { kind: "run.resume" }, PERSON);
  const [item] = attention(world.state);
  const [answer] = item?.answers ?? [];
  const command = item === undefined || answer === undefined ? null : commandFor(item, answer);
  if (command !== null) apply(world, command, PERSON);
};

export const playGood = (world: World, moves: number): World => {
  for (let move = 0; move < moves; move += 1) goodMove(world);
  return world;
};
