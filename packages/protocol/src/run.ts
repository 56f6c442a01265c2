/** The run document: the fold of a run's events. Rebuilt from them when FOLD_VERSION differs from the stored one. */
import { z } from "zod";
import { AskedRoles } from "./config.ts";
import { LeftOut, Seen, SeenBy } from "./api-diff.ts";
import { Candidate, CheckResult, Finding, GuardFlag, ProofResult } from "./check.ts";
import { Effect, Failure, Proof, StoredArtifact, TurnLineage, Usage } from "./effect.ts";
import { ArtifactData } from "./artifact.ts";
import { Comment } from "./comment.ts";
import { Author, Facts, Inputs, PermissionOption } from "./event.ts";
import { CommitId, EffectId, Instant, ProjectId, RunId, Sha256, StepKey } from "./ids.ts";
import { RememberedAnswer, ToolFacts } from "./permission.ts";
import { Policy, Target } from "./policy.ts";
import { EgressRecord } from "./egress.ts";
import { Budget, ServedModel } from "./usage.ts";
import { Question } from "./question.ts";
import { OpenTerminal } from "./terminal.ts";
import { Workflow } from "./workflow.ts";

export const FOLD_VERSION = 12;

export const Attempt = z.object({
  number: z.number().int().positive(),
  agent: z.string().nullable(),
  /** What it was made from, and the commit that was there when it began. */
  inputs: Inputs,
  start: CommitId,
  startedAt: Instant,
  endedAt: Instant.nullable(),
  outcome: z.string().nullable(),
  usage: Usage.nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/**
 * pending → active → passed | failed; any → skipped | waived; failed or passed → pending by reopening.
 * *ready*, *waiting* and *stale* are derived, never stored.
 */
export const StepStatus = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pending") }),
  z.object({ kind: z.literal("active"), inputs: Inputs }),
  z.object({
    kind: z.literal("passed"),
    inputs: Inputs,
    outputs: Inputs,
    evidence: z.array(z.string()),
    at: Instant,
  }),
  z.object({ kind: z.literal("failed"), facts: Facts, failure: Failure.nullable(), at: Instant }),
  z.object({ kind: z.literal("skipped"), reason: z.string(), inputs: Inputs }),
  z.object({ kind: z.literal("waived"), by: z.string(), reason: z.string(), inputs: Inputs }),
]);
export type StepStatus = z.infer<typeof StepStatus>;

export const StepState = z.object({
  key: StepKey,
  status: StepStatus,
  attempts: z.array(Attempt),
  /** Attempts since the step was last opened: what `retry.max` bounds. */
  tries: z.number().int().nonnegative(),
  /** Times this step sent work back (its `on_fail` edge was taken). */
  rounds: z.number().int().nonnegative(),
  /** Facts handed to the next attempt's prompt. */
  facts: z.array(Facts),
});
export type StepState = z.infer<typeof StepState>;

export const Permission = z.object({
  id: z.string(),
  effect: EffectId,
  step: StepKey,
  attempt: z.number().int(),
  title: z.string(),
  detail: z.string(),
  options: z.array(PermissionOption),
  facts: ToolFacts.optional(),
  since: Instant,
});
export type Permission = z.infer<typeof Permission>;

export const Approval = z.object({
  step: StepKey,
  subject: Sha256,
  covers: Inputs,
  by: z.string(),
  onBehalf: z.string().nullable(),
  at: Instant,
  comment: z.string().nullable(),
  seen: Seen.optional(),
});
export type Approval = z.infer<typeof Approval>;

export const ChecksRun = z.object({
  step: StepKey,
  on: z.enum(["candidate", "base", "landing", "gate"]),
  commit: CommitId,
  results: z.array(CheckResult),
  proofs: z.array(ProofResult),
  guard: z.array(GuardFlag),
  at: Instant,
});
export type ChecksRun = z.infer<typeof ChecksRun>;

export const ReviewerChoice = z.object({
  step: StepKey,
  outcome: z.enum(["allow", "block", "unavailable"]),
  reviewers: z.array(z.string()),
  authors: z.array(z.string()),
  reason: z.string(),
  asked: z.array(z.string()).optional(),
});
export type ReviewerChoice = z.infer<typeof ReviewerChoice>;

/** All turns of one agent in one step. */
export const TurnTotals = z.object({
  step: StepKey,
  agent: z.string(),
  turns: z.number().int().positive(),
  durationMs: z.number().int().nonnegative(),
  /** Sum of what the agent said itself about turns that were not metered. */
  reported: Usage.nullable(),
  /** Of the newest turn. */
  lineage: TurnLineage,
  served: z.array(ServedModel),
});
export type TurnTotals = z.infer<typeof TurnTotals>;

/** What turns of one day took, without what was metered. */
export const DayTotals = z.object({
  durationMs: z.number().int().nonnegative(),
  tokens: z.number().int().nonnegative(),
  usd: z.number().nonnegative(),
});
export type DayTotals = z.infer<typeof DayTotals>;

export const RunDocument = z.object({
  fold: z.literal(FOLD_VERSION),
  id: RunId,
  version: z.number().int().positive(),
  startedAt: Instant,
  updatedAt: Instant,
  /** The last event that could ask a person something, or another thing: nobody's reading, talk or pause. */
  movedAt: Instant,
  requestedBy: z.string(),
  task: z.object({ title: z.string(), text: z.string() }),
  project: z.object({ id: ProjectId, path: z.string() }),
  workflow: Workflow,
  workflowHash: Sha256,
  policy: Policy,
  /** What was asked for in place of the project's. */
  roles: AskedRoles,
  base: Candidate.extend({ ref: z.string() }),
  target: Target,
  warnings: z.array(z.string()),
  paused: z.string().nullable(),
  cancelled: z.string().nullable(),
  finished: z
    .object({
      outcome: z.enum(["merged", "completed", "failed", "cancelled"]),
      reason: z.string(),
      at: Instant,
    })
    .nullable(),
  workspace: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("broken"), failure: Failure, at: Instant }),
    z.object({ kind: z.literal("ready"), root: z.string(), facts: z.array(z.string()) }),
    z.object({
      kind: z.literal("disposed"),
      parked: z.array(z.string()),
      vault: z.string().optional(),
    }),
  ]),
  /** The person who works in the workspace; no agent writes meanwhile. */
  takenBy: z.string().nullable(),
  /** Those that are open, in order. A writable one is open only while its person has the workspace. */
  terminals: z.array(OpenTerminal),
  steps: z.record(z.string(), StepState),
  /** Repair instances of `for_each` steps, in order of creation: step id → keys. */
  repairs: z.record(z.string(), z.array(StepKey)),
  artifacts: z.record(
    z.string(),
    z.object({
      artifact: StoredArtifact,
      data: ArtifactData,
      step: StepKey.nullable(),
      by: z.string(),
      at: Instant,
    }),
  ),
  candidate: Candidate.nullable(),
  /** What persons left out since anybody else wrote; the last one made the present candidate. */
  leftOut: z.array(LeftOut),
  /** By person, of the candidate that they looked at last. */
  seen: z.array(SeenBy),
  /** Author families, in order of their first checkpoint; `human` for a person. */
  authors: z.array(Author),
  /** Whose turns wrote the workspace since the last checkpoint. */
  writers: z.array(Author),
  /** Turns that were cancelled and whose account is still to come, where their workers had begun. */
  unaccounted: z.array(Effect),
  /** In order of their first turn. */
  turns: z.array(TurnTotals),
  /** By UTC day such as 2026-11-25. */
  days: z.record(z.string(), DayTotals),
  /** Limits that a person set in place of the configured ones. */
  raised: z.object({ run: Budget, day: Budget }),
  changed: z.array(z.string()),
  approvals: z.array(Approval),
  /** Subjects of guard flags that a person allowed. */
  allowed: z.array(z.object({ subject: Sha256, by: z.string(), reason: z.string() })),
  degraded: z.array(z.object({ step: StepKey, by: z.string(), reason: z.string() })),
  checks: z.array(ChecksRun),
  reviews: z.array(ReviewerChoice),
  findings: z.array(Finding),
  proofs: z.array(Proof),
  permissions: z.array(Permission),
  egress: EgressRecord,
  /** Permissions whose process is gone; an answer to one holds for the step's next attempt. */
  voided: z.array(Permission),
  questions: z.array(Question),
  /** Questions whose process is gone; an answer to one is a comment for the step's next attempt. */
  voidedQuestions: z.array(Question),
  /** What was answered in turns under way: a comment once one of them is cut off. */
  answeredQuestions: z.array(z.object({ effect: EffectId, comment: Comment })),
  remembered: z.array(RememberedAnswer),
  comments: z.array(Comment),
  landing: z
    .object({
      tip: CommitId.nullable(),
      landing: Candidate,
      candidate: Candidate,
      overlap: z.array(z.string()),
    })
    .nullable(),
  merged: z
    .object({
      commit: CommitId,
      target: z.string(),
      to: z.enum(["target", "branch"]),
      workTree: z.string(),
      at: Instant,
    })
    .nullable(),
  refusal: z
    .object({ reason: z.string(), message: z.string(), paths: z.array(z.string()), at: Instant })
    .nullable(),
  /** Requested and not yet settled or cancelled. */
  effects: z.record(z.string(), Effect),
  effectsRequested: z.number().int().nonnegative(),
});
export type RunDocument = z.infer<typeof RunDocument>;
