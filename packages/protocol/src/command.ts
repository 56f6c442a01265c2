/** What people and workers ask of a run, imperative. Decided by pure code; a refusal leaves no trace but the audit line. */
import { z } from "zod";
import { AskedRoles } from "./config.ts";
import { LeftOutFiles, Seen, SeenFiles } from "./api-diff.ts";
import { Candidate } from "./check.ts";
import { EffectResult, StoredArtifact } from "./effect.ts";
import { ArtifactData } from "./artifact.ts";
import { PermissionOption } from "./event.ts";
import {
  CommitId,
  EffectId,
  FindingId,
  MessageId,
  ProjectId,
  RunId,
  Sha256,
  StepKey,
} from "./ids.ts";
import { ToolFacts } from "./permission.ts";
import { Policy, Target } from "./policy.ts";
import { QuestionAction, QuestionField, QuestionValues } from "./question.ts";
import { EgressScope, EgressTarget } from "./egress.ts";
import { TerminalEnd, TerminalId } from "./terminal.ts";
import { Budget, BudgetScope } from "./usage.ts";
import { Workflow } from "./workflow.ts";

/** Longest message to an agent in mid-turn, in characters. */
const MESSAGE_MAX_CHARS = 20_000;

const kind = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({ kind: z.literal(name), ...shape });

export const Command = z.discriminatedUnion("kind", [
  kind("run.start", {
    run: RunId,
    task: z.object({ title: z.string(), text: z.string() }),
    project: z.object({ id: ProjectId, path: z.string() }),
    workflow: Workflow,
    workflowHash: Sha256,
    policy: Policy,
    base: Candidate.extend({ ref: z.string() }),
    target: Target,
    warnings: z.array(z.string()),
    roles: AskedRoles.optional(),
  }),
  kind("run.pause", { reason: z.string() }),
  kind("run.resume", {}),
  kind("run.cancel", { reason: z.string() }),
  /** Tries again what failed: the named step, or whatever the run waits for. */
  kind("run.retry", { step: StepKey.optional(), note: z.string().optional() }),
  kind("step.waive", { step: StepKey, reason: z.string().min(1) }),
  /** A stale agent step: `holds` renews its pass, `again` runs it on top, `restart` from its start commit. */
  kind("step.renew", { step: StepKey, answer: z.enum(["holds", "again"]) }),
  kind("approval.give", {
    step: StepKey,
    subject: Sha256,
    comment: z.string().optional(),
    seen: Seen.optional(),
  }),
  kind("approval.refuse", {
    step: StepKey,
    subject: Sha256,
    answer: z.enum(["changes", "cancel"]),
    comment: z.string(),
  }),
  kind("guard.refuse", { subject: Sha256, reason: z.string().min(1) }),
  kind("guard.allow", { subject: Sha256, reason: z.string().min(1) }),
  kind("degraded.accept", { step: StepKey, reason: z.string().min(1) }),
  /** New limits of this run; what stopped for a lower one goes on. */
  kind("budget.raise", { scope: BudgetScope, budget: Budget }),
  kind("comment.add", { on: z.string(), text: z.string().min(1) }),
  /** `remember`: the same permission is answered so from now on, in this run or in every run of its project. */
  kind("permission.answer", {
    permission: z.string(),
    option: z.string(),
    remember: z.enum(["run", "project"]).optional(),
  }),
  /** `values` only with `accept`, and then by the rules of its fields. */
  kind("question.answer", {
    question: z.string(),
    action: QuestionAction,
    values: QuestionValues,
  }),
  /** To the agent that works on a step: told when its present prompt ends; `interrupts` ends that at once. */
  kind("turn.message", {
    step: StepKey,
    text: z.string().trim().min(1).max(MESSAGE_MAX_CHARS),
    interrupts: z.boolean(),
  }),
  /** While it waits: the agent is never given it. */
  kind("message.withdraw", { message: MessageId }),
  kind("finding.dispose", { finding: FindingId, why: z.string().min(1) }),
  /** Runs the finding's reproduction again, on the base and on the present candidate. */
  kind("finding.rerun", { finding: FindingId }),
  kind("artifact.amend", {
    artifact: StoredArtifact,
    data: ArtifactData,
    /** Hash of the text that was edited; another one is not overwritten. */
    replaces: z.string().optional(),
  }),
  kind("workspace.take", {}),
  kind("workspace.give", {}),
  /** These parts of the change from the base to `candidate` came to rest before a person's eyes. */
  kind("change.see", { candidate: CommitId, files: SeenFiles }),
  /** Makes a new candidate without these parts of the change from the base to `candidate`. */
  kind("hunks.leave-out", {
    candidate: CommitId,
    files: LeftOutFiles,
    reason: z.string().optional(),
  }),
  /** Takes the last leaving out back: the candidate is what it was before. */
  kind("hunks.put-back", { candidate: CommitId }),
  /** From the desk that holds terminals: before one is launched, and once nothing of it is left. */
  kind("terminal.open", { terminal: TerminalId }),
  kind("terminal.close", {
    terminal: TerminalId,
    reason: TerminalEnd,
    code: z.number().int().nullable(),
  }),
  /** Sends the work back to the author with a person's words. */
  kind("work.return", { comment: z.string().min(1) }),
  /** What was refused may be reached from now on, by what runs already too. */
  kind("egress.allow", { target: EgressTarget, scope: EgressScope }),
  kind("egress.refuse", { target: EgressTarget }),
  /** From workers. */
  kind("egress.deny", { target: EgressTarget, effect: EffectId }),
  /** Before a prompt of a turn; `opens`: its first, which carries what agents that are gone left waiting too. */
  kind("message.give", { effect: EffectId, opens: z.boolean() }),
  kind("effect.settle", { effect: EffectId, result: EffectResult }),
  kind("permission.ask", {
    permission: z.string(),
    effect: EffectId,
    title: z.string(),
    detail: z.string(),
    options: z.array(PermissionOption).min(1),
    facts: ToolFacts.optional(),
  }),
  /** The agent waits for no answer any more to a permission or a question, and its turn goes on. */
  kind("asked.withdraw", { asked: z.string() }),
  kind("question.ask", {
    question: z.string(),
    effect: EffectId,
    message: z.string(),
    fields: z.array(QuestionField),
  }),
]);
export type Command = z.infer<typeof Command>;
export type CommandKind = Command["kind"];
export type CommandOf<Kind extends CommandKind> = Extract<Command, { kind: Kind }>;
