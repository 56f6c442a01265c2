/**
 * Effects: what the domain asks workers to do outside. An effect's id is the idempotency key of
 * everything it does. It settles exactly once in state and may happen more than once outside.
 */
import { z } from "zod";
import { CandidateEdit } from "./api-diff.ts";
import { Candidate, CheckResult, GuardFlag, ProofResult } from "./check.ts";
import { ArtifactData, FindingReport, Reproduction } from "./artifact.ts";
import { CommitId, EffectId, Instant, RunId, Sha256, StepKey } from "./ids.ts";
import { BudgetStop, ServedModel } from "./usage.ts";

/** A reproduction that every later tree must satisfy. */
export const Proof = z.object({ id: z.string(), reproduction: Reproduction });
export type Proof = z.infer<typeof Proof>;

export const EffectPayload = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("workspace.prepare") }),
  z.object({
    kind: z.literal("agent.turn"),
    step: StepKey,
    attempt: z.number().int().positive(),
    agent: z.string(),
    access: z.enum(["read-only", "workspace"]),
    /** The commit the turn starts from. */
    start: CommitId,
    produces: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("review.turn"),
    step: StepKey,
    attempt: z.number().int().positive(),
    agent: z.string(),
    base: CommitId,
    candidate: Candidate,
    /** Attempts of this reviewer that a restart cut off: they use up none of his tries. */
    cut: z.number().int().nonnegative().optional(),
  }),
  z.object({
    kind: z.literal("checkpoint.create"),
    step: StepKey.nullable(),
    message: z.string(),
    by: z.string(),
    /** The candidate itself is edited; nothing is taken from the workspace. */
    edit: CandidateEdit.optional(),
  }),
  z.object({
    kind: z.literal("checks.run"),
    step: StepKey,
    /** `candidate`: also computes the guard. `base`: the baseline that counts are compared with. `landing`: the merged tree. */
    on: z.enum(["candidate", "base", "landing", "gate"]),
    commit: CommitId,
    base: CommitId,
    checks: z.array(z.string()),
    proofs: z.array(Proof),
  }),
  z.object({
    kind: z.literal("evidence.run"),
    step: StepKey,
    subject: z.string(),
    reproduction: Reproduction,
    base: CommitId,
    candidate: CommitId.nullable(),
    /** The person who wants it run again. Absent: it is the first time. */
    by: z.string().optional(),
  }),
  z.object({
    kind: z.literal("landing.prepare"),
    step: StepKey,
    candidate: Candidate,
    base: CommitId,
  }),
  z.object({
    kind: z.literal("merge.apply"),
    step: StepKey,
    tip: CommitId.nullable(),
    landing: Candidate,
    candidate: Candidate,
  }),
  z.object({
    kind: z.literal("workspace.dispose"),
    reason: z.enum(["merged", "completed", "cancelled", "failed"]),
  }),
]);
export type EffectPayload = z.infer<typeof EffectPayload>;
export type EffectKind = EffectPayload["kind"];

export const Effect = z.object({
  id: EffectId,
  run: RunId,
  payload: EffectPayload,
  /** Not before this instant: backoff of retries. */
  notBefore: Instant.nullable(),
});
export type Effect = z.infer<typeof Effect>;

/** A failure outside, as a fact. `retry` says what may help; the domain decides. */
export const Failure = z.object({
  code: z.string(),
  message: z.string(),
  retry: z.enum(["never", "later", "new-attempt"]),
  /** Of `budget.exceeded`. */
  budget: BudgetStop.optional(),
});
export type Failure = z.infer<typeof Failure>;

export const StoredArtifact = z.object({
  name: z.string(),
  hash: Sha256,
  bytes: z.number().int().nonnegative(),
});

export type StoredArtifact = z.infer<typeof StoredArtifact>;

export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/**
 * What is known of the models behind a turn: `metered` by the gateway, `reported` by an agent with
 * its own login, else only `declared` in the configuration.
 */
export const TurnLineage = z.enum(["metered", "reported", "declared"]);
export type TurnLineage = z.infer<typeof TurnLineage>;

/** Of every turn, however it ended; absent in results of before there was a gateway. */
const models = {
  served: z.array(ServedModel).optional(),
  lineage: TurnLineage.optional(),
};
const ofTurn = {
  ...models,
  durationMs: z.number().int().nonnegative().optional(),
  /** What the agent said of it; absent in results of before it was kept of turns that end badly. */
  usage: Usage.nullable().optional(),
  /** False where it ended before the agent was given anything to do. */
  wasPrompted: z.boolean().optional(),
};

export const EffectResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("failed"), failure: Failure, ...ofTurn }),
  /** The worker's process died or was stopped in the middle; what it did cannot be known. */
  z.object({ kind: z.literal("interrupted"), reason: z.string(), ...ofTurn }),
  z.object({ kind: z.literal("workspace.prepared"), root: z.string(), facts: z.array(z.string()) }),
  z.object({
    kind: z.literal("turn.ended"),
    stopReason: z.string(),
    /** Validated artifacts, with what the domain reads of contract.yaml and plan.yaml. */
    artifacts: z.array(StoredArtifact.extend({ data: ArtifactData })),
    /** Of a review: what `findings.json` says; null where there is none. */
    findings: z.array(FindingReport).nullable(),
    /** Artifact problems to hand back to the agent. */
    problems: z.array(z.string()),
    usage: Usage.nullable(),
    /** Time that the agent worked: it does not work while a person is asked, or before its turn at a login. */
    durationMs: z.number().int().nonnegative(),
    ...models,
  }),
  z.object({
    kind: z.literal("checkpoint.created"),
    candidate: Candidate,
    parent: CommitId,
    changed: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("checks.ran"),
    commit: CommitId,
    results: z.array(CheckResult),
    proofs: z.array(ProofResult),
    guard: z.array(GuardFlag),
  }),
  z.object({
    kind: z.literal("evidence.ran"),
    /** The reproduction as a blob. */
    proof: Sha256,
    base: ProofResult,
    candidate: ProofResult.nullable(),
  }),
  z.object({
    kind: z.literal("landing.prepared"),
    tip: CommitId.nullable(),
    landing: Candidate,
    /** Files that the target gained since the base and that the candidate changed too. */
    overlap: z.array(z.string()),
  }),
  z.object({ kind: z.literal("landing.conflict"), tip: CommitId, paths: z.array(z.string()) }),
  z.object({
    kind: z.literal("merge.applied"),
    commit: CommitId,
    target: z.string(),
    workTree: z.enum(["updated", "not-checked-out"]),
  }),
  z.object({
    kind: z.literal("merge.refused"),
    reason: z.enum(["tip-moved", "dirty-tree", "conflict-markers", "not-ancestor"]),
    message: z.string(),
  }),
  z.object({
    kind: z.literal("workspace.disposed"),
    parked: z.array(z.string()),
    vault: z.string().optional(),
  }),
]);
export type EffectResult = z.infer<typeof EffectResult>;
