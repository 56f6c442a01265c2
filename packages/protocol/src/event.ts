/** What happened, past tense. Stored for ever and only ever added to; `schema` is the version of the shape. */
import { z } from "zod";
import { AskedRoles } from "./config.ts";
import { Actor } from "./actor.ts";
import { LeftOutFiles, Seen, SeenFiles } from "./api-diff.ts";
import { ArtifactData } from "./artifact.ts";
import {
  Candidate,
  CheckResult,
  Disposition,
  Evidence,
  Finding,
  GuardFlag,
  Lineage,
  ProofResult,
  ProofRun,
  Verdict,
} from "./check.ts";
import { Effect, Failure, StoredArtifact, TurnLineage, Usage } from "./effect.ts";
import {
  CommitId,
  EffectId,
  FindingId,
  Instant,
  MessageId,
  ProjectId,
  RunId,
  Sha256,
  StepKey,
} from "./ids.ts";
import { RememberedAnswer, ToolFacts } from "./permission.ts";
import { Isolation, Policy, Target } from "./policy.ts";
import { QuestionAction, QuestionField, QuestionValues } from "./question.ts";
import { EgressScope, EgressTarget } from "./egress.ts";
import { TerminalAccess, TerminalEnd, TerminalId } from "./terminal.ts";
import { Budget, BudgetScope, ServedModel } from "./usage.ts";
import { Workflow } from "./workflow.ts";

/** The only version so far. A change of shape adds a version and an upcast. */
export const EVENT_SCHEMA = 1;

export const Facts = z.object({ summary: z.string(), details: z.array(z.string()) });
export type Facts = z.infer<typeof Facts>;

/** What a pass was made of: input name → hash or id. Compared with the present ones, never a flag. */
export const Inputs = z.record(z.string(), z.string());
export type Inputs = z.infer<typeof Inputs>;

export const PermissionOption = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["allow_once", "allow_always", "reject_once", "reject_always"]),
});
export type PermissionOption = z.infer<typeof PermissionOption>;

/** Who wrote part of a candidate; one entry a family, with the models that served it where metered. */
export const Author = z.object({
  name: z.string(),
  family: z.string(),
  lineage: Lineage,
  models: z.array(z.string()),
});
export type Author = z.infer<typeof Author>;

const type = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({ type: z.literal(name), ...shape });

export const EventBody = z.discriminatedUnion("type", [
  type("run.started", {
    run: RunId,
    task: z.object({ title: z.string(), text: z.string() }),
    project: z.object({ id: ProjectId, path: z.string() }),
    workflow: Workflow,
    workflowHash: Sha256,
    policy: Policy,
    base: Candidate.extend({ ref: z.string() }),
    target: Target,
    warnings: z.array(z.string()),
    requestedBy: z.string(),
    /** What was asked for in place of the project's; `policy` has all who play. */
    roles: AskedRoles.optional(),
  }),
  type("run.paused", { reason: z.string() }),
  type("run.resumed", {}),
  type("run.cancelled", { reason: z.string() }),
  type("run.finished", {
    outcome: z.enum(["merged", "completed", "failed", "cancelled"]),
    reason: z.string(),
  }),
  type("workspace.prepared", { root: z.string(), facts: z.array(z.string()) }),
  type("workspace.broken", { failure: Failure }),
  /** `vault`: the repository that holds what was parked. */
  type("workspace.disposed", { parked: z.array(z.string()), vault: z.string().optional() }),
  type("workspace.taken", { by: z.string() }),
  type("workspace.given", { by: z.string() }),
  /** A terminal in the workspace; `isolation: none` has no fence around it. */
  type("terminal.opened", {
    terminal: TerminalId,
    by: z.string(),
    access: TerminalAccess,
    isolation: Isolation,
  }),
  /** Nothing of it is left. */
  type("terminal.closed", {
    terminal: TerminalId,
    reason: TerminalEnd,
    code: z.number().int().nullable(),
  }),
  type("effect.requested", { effect: Effect }),
  type("effect.settled", { effect: EffectId, outcome: z.string() }),
  type("effect.cancelled", { effect: EffectId, reason: z.string() }),
  type("step.started", {
    step: StepKey,
    attempt: z.number().int().positive(),
    inputs: Inputs,
    agent: z.string().nullable(),
  }),
  type("step.attempt-ended", {
    step: StepKey,
    attempt: z.number().int().positive(),
    outcome: z.string(),
    usage: Usage.nullable(),
    facts: Facts.nullable(),
  }),
  type("step.passed", {
    step: StepKey,
    inputs: Inputs,
    outputs: Inputs,
    evidence: z.array(z.string()),
  }),
  type("step.failed", { step: StepKey, facts: Facts, failure: Failure.nullable() }),
  /** Ready again with facts. `round` counts the back edges of the failing step. `repair` names a new instance. */
  type("step.reopened", {
    step: StepKey,
    because: StepKey,
    facts: Facts,
    round: z.number().int().nonnegative(),
  }),
  type("step.skipped", { step: StepKey, reason: z.string(), inputs: Inputs }),
  type("step.waived", { step: StepKey, by: z.string(), reason: z.string(), inputs: Inputs }),
  type("artifact.stored", {
    artifact: StoredArtifact,
    data: ArtifactData,
    step: StepKey.nullable(),
    by: z.string(),
  }),
  type("checkpoint.created", {
    candidate: Candidate,
    parent: CommitId,
    changed: z.array(z.string()),
    step: StepKey.nullable(),
    by: z.string(),
    family: z.string(),
    /** Everybody whose turns wrote since the checkpoint before. Absent: `by` with its declared family. */
    authors: z.array(Author).optional(),
    /** A person left this out of the candidate before, and changed nothing else. */
    leftOut: z.object({ before: Candidate, files: LeftOutFiles }).optional(),
  }),
  /** What was left out is in again: the candidate is one that there was before. */
  type("candidate.restored", { candidate: Candidate, instead: CommitId, by: z.string() }),
  /** A turn of an author, planner or reviewer is over, however it ended. */
  type("turn.ended", {
    step: StepKey,
    agent: z.string(),
    /** `ended`, `interrupted` or the code of its failure. */
    outcome: z.string(),
    served: z.array(ServedModel),
    lineage: TurnLineage,
    /** What the agent says itself. */
    usage: Usage.nullable(),
    durationMs: z.number().int().nonnegative(),
    /** Of one that did not end well: whether its agent had been given the prompt. Absent: not known. */
    wasPrompted: z.boolean().optional(),
    /** Of a turn that was cancelled while it was in work: its effect. What it made counts no more. */
    cancelled: EffectId.optional(),
  }),
  /** A person lets the run take more. */
  type("budget.raised", { scope: BudgetScope, budget: Budget, by: z.string() }),
  type("checks.ran", {
    step: StepKey,
    on: z.enum(["candidate", "base", "landing", "gate"]),
    commit: CommitId,
    results: z.array(CheckResult),
    proofs: z.array(ProofResult),
    guard: z.array(GuardFlag),
  }),
  /** A person sends the work back instead of allowing the flags. */
  type("guard.refused", { subject: Sha256, by: z.string(), reason: z.string() }),
  type("guard.allowed", { subject: Sha256, by: z.string(), reason: z.string() }),
  type("reviewers.chosen", {
    step: StepKey,
    outcome: z.enum(["allow", "block", "unavailable"]),
    reviewers: z.array(z.string()),
    authors: z.array(z.string()),
    reason: z.string(),
    /** Everybody who was asked in this round; absent: `reviewers`. */
    asked: z.array(z.string()).optional(),
  }),
  type("degraded.accepted", { step: StepKey, by: z.string(), reason: z.string() }),
  type("finding.raised", { finding: Finding }),
  type("finding.ruled", {
    finding: FindingId,
    verdict: Verdict,
    evidence: Evidence.nullable(),
    reason: z.string(),
    proof: Sha256.nullable(),
  }),
  /** A person had it run again; what follows for its verdict is a ruling of its own. */
  type("finding.reran", {
    finding: FindingId,
    by: z.string(),
    candidate: CommitId,
    runs: z.object({ base: z.array(ProofRun), candidate: z.array(ProofRun) }),
    problem: z.string().nullable(),
  }),
  type("finding.disposed", { finding: FindingId, disposition: Disposition }),
  type("approval.given", {
    step: StepKey,
    subject: Sha256,
    covers: Inputs,
    by: z.string(),
    onBehalf: z.string().nullable(),
    comment: z.string().nullable(),
    /** Absent: they did not say, or answered from a place that cannot know. */
    seen: Seen.optional(),
  }),
  /** What they had not seen of it before. */
  type("change.seen", { candidate: CommitId, files: SeenFiles, by: z.string() }),
  type("approval.refused", {
    step: StepKey,
    subject: Sha256,
    by: z.string(),
    answer: z.enum(["changes", "cancel"]),
    comment: z.string(),
  }),
  /** A person spoke to the agent in mid-turn; prompts carry it as a comment on the step once it is given. */
  type("turn.messaged", {
    step: StepKey,
    attempt: z.number().int().positive(),
    by: z.string(),
    text: z.string(),
    interrupts: z.boolean(),
    /** Absent: said before it was recorded whether it was given. */
    message: MessageId.optional(),
  }),
  /** Written down before they are sent in a prompt of this attempt: from then on none can be withdrawn. */
  type("message.given", {
    messages: z.array(MessageId),
    step: StepKey,
    attempt: z.number().int().positive(),
  }),
  type("message.withdrawn", { message: MessageId, by: z.string() }),
  type("comment.added", { by: z.string(), on: z.string(), text: z.string() }),
  type("permission.asked", {
    permission: z.string(),
    effect: EffectId,
    step: StepKey,
    attempt: z.number().int(),
    title: z.string(),
    detail: z.string(),
    options: z.array(PermissionOption),
    facts: ToolFacts.optional(),
  }),
  type("permission.answered", { permission: z.string(), option: z.string(), by: z.string() }),
  /** A person's answer that holds for the same permission later; `permission` is the one it was given to. */
  type("permission.remembered", { permission: z.string(), remembered: RememberedAnswer }),
  type("permission.voided", { permission: z.string(), reason: z.string() }),
  /** An agent asks a person something in mid-turn, as a form. */
  type("question.asked", {
    question: z.string(),
    effect: EffectId,
    step: StepKey,
    attempt: z.number().int(),
    message: z.string(),
    fields: z.array(QuestionField),
  }),
  /** Of one whose process was gone by then, the answer is a comment on its step. */
  type("question.answered", {
    question: z.string(),
    action: QuestionAction,
    values: QuestionValues,
    by: z.string(),
  }),
  type("question.voided", { question: z.string(), reason: z.string() }),
  /** A program of the run wanted out to a host that is not listed; once for each host. */
  type("egress.denied", { target: EgressTarget, effect: EffectId, step: StepKey.nullable() }),
  type("egress.allowed", { target: EgressTarget, scope: EgressScope, by: z.string() }),
  /** It stays refused, and is not asked about again. */
  type("egress.refused", { target: EgressTarget, by: z.string() }),
  type("landing.prepared", {
    step: StepKey,
    tip: CommitId.nullable(),
    landing: Candidate,
    candidate: Candidate,
    overlap: z.array(z.string()),
  }),
  type("merge.applied", {
    commit: CommitId,
    target: z.string(),
    to: z.enum(["target", "branch"]),
    workTree: z.string(),
  }),
  type("merge.refused", { reason: z.string(), message: z.string(), paths: z.array(z.string()) }),
]);
export type EventBody = z.infer<typeof EventBody>;
export type EventType = EventBody["type"];
export type EventOf<Type extends EventType> = Extract<EventBody, { type: Type }>;

export const RunEvent = z.object({
  /** Position among all events of the store; 0 until stored. */
  seq: z.number().int().nonnegative(),
  run: RunId,
  /** Position in the run, from 1. */
  version: z.number().int().positive(),
  at: Instant,
  actor: Actor,
  schema: z.number().int().positive(),
  body: EventBody,
});
export type RunEvent = z.infer<typeof RunEvent>;
