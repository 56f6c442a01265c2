/**
 * The HTTP interface of the daemon, version 1: bodies of requests and answers. Every error is an
 * RFC 9457 problem with a stable code and what to do next.
 */
import { z } from "zod";
import { AttentionItem, RunState } from "./attention.ts";
import {
  Candidate,
  CheckOutcome,
  CheckResult,
  Disposition,
  Evidence,
  GuardFlag,
  Lineage,
  Rerun,
  Verdict,
} from "./check.ts";
import { LeftOut } from "./api-diff.ts";
import { Command } from "./command.ts";
import { Comment } from "./comment.ts";
import { AskedRoles } from "./config.ts";
import { Plan, Reproduction, Requirement, Severity } from "./artifact.ts";
import { CommitId, Family, FindingId, Instant, ProjectId, RunId, Sha256, StepKey } from "./ids.ts";
import { Isolation } from "./policy.ts";
import { StepView } from "./api-step.ts";
import { Author } from "./event.ts";
import { Question } from "./question.ts";
import { Approval, Permission } from "./run.ts";
import { Budget, UsageTotals } from "./usage.ts";
import { ReportedUsage } from "./usage-report.ts";

export const API_PREFIX = "/api/v1";
/** On every answer; a command of another version refuses to go on. */
export const VERSION_HEADER = "tutti-version";
/** On a request: the program that answers for the person, shown beside their name. */
export const ON_BEHALF_HEADER = "tutti-on-behalf";
/** Largest JSON body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_PAGE = 200;
export const MAX_TRANSCRIPT_PAGE = 500;

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  /** What to do next, in one sentence. */
  mend: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const Health = z.object({
  status: z.literal("ok"),
  version: z.string(),
  pid: z.number().int(),
  startedAt: Instant,
  head: z.number().int().nonnegative(),
});
export type Health = z.infer<typeof Health>;

export const StartRun = z.strictObject({
  /** A folder inside the user's repository. */
  path: z.string().min(1).max(4096).startsWith("/", "an absolute path"),
  text: z.string().trim().min(1).max(100_000),
  title: z.string().min(1).max(300).optional(),
  workflow: z.string().min(1).max(100).optional(),
  base: z.string().min(1).max(300).optional(),
  target: z.string().min(1).max(300).optional(),
  isolation: Isolation.optional(),
  to: z.enum(["target", "branch"]).optional(),
  roles: AskedRoles.optional(),
});
export type StartRun = z.infer<typeof StartRun>;

export const RunStarted = z.object({ run: RunId, warnings: z.array(z.string()) });
export type RunStarted = z.infer<typeof RunStarted>;

/** Kinds that the engine gives itself; a person asks for them by other routes or not at all. */
export const ENGINE_COMMANDS = [
  "run.start",
  "effect.settle",
  "permission.ask",
  "message.give",
  "question.ask",
  "asked.withdraw",
  "egress.deny",
  "artifact.amend",
  "terminal.open",
  "terminal.close",
] as const;

/** What a person may ask of a run. */
export type PersonCommand = Exclude<Command, { kind: (typeof ENGINE_COMMANDS)[number] }>;

const isPersonal = (command: Command): command is PersonCommand =>
  !ENGINE_COMMANDS.some((kind) => kind === command.kind);

export const PersonCommand = Command.transform((command, context): PersonCommand => {
  if (isPersonal(command)) return command;
  const message = `"${command.kind}" is not a command that a person gives`;
  context.addIssue({ code: "custom", message, path: ["kind"] });
  return z.NEVER;
});

export const Accepted = z.object({ run: RunId, version: z.number().int() });
export type Accepted = z.infer<typeof Accepted>;

/** `unverified` until something that Tutti ran decides it. */
export const RequirementView = Requirement.extend({
  state: z.enum(["proven", "tested", "failing", "unverified"]),
  by: z.string().nullable(),
});
export type RequirementView = z.infer<typeof RequirementView>;

export const CheckView = CheckResult.pick({
  name: true,
  command: true,
  outcome: true,
  exitCode: true,
  durationMs: true,
  report: true,
  counts: true,
  flaky: true,
  tail: true,
  log: true,
}).extend({
  on: z.enum(["candidate", "base", "landing", "gate"]),
  step: StepKey,
  commit: CommitId,
  failing: z.array(z.string()),
  outcome: CheckOutcome,
});
export type CheckView = z.infer<typeof CheckView>;

/** How all runs of a reproduction on one tree ended; `null` where it was not run. */
export const ProofWord = z.enum(["pass", "fail", "mixed", "error"]).nullable();
export type ProofWord = z.infer<typeof ProofWord>;

export const EvidenceView = z.object({
  base: ProofWord,
  candidate: ProofWord,
  fixed: ProofWord,
  candidateCommit: CommitId,
  fixedCommit: CommitId.nullable(),
  runs: Evidence.pick({ base: true, candidate: true, fixed: true }),
});
export type EvidenceView = z.infer<typeof EvidenceView>;

export const FindingView = z.object({
  id: FindingId,
  kind: z.string(),
  claim: z.string(),
  severity: Severity,
  verdict: Verdict.nullable(),
  raisedBy: z.object({
    agent: z.string(),
    model: z.string().nullable(),
    family: Family,
    lineage: Lineage,
  }),
  evidence: EvidenceView.nullable(),
  /** Evidence on candidates before that one, oldest first. */
  earlier: z.array(EvidenceView),
  /** Each time that a person had it run again, oldest first. */
  reruns: z.array(Rerun.extend({ words: z.object({ base: ProofWord, candidate: ProofWord }) })),
  /** It is being run now. */
  isRunning: z.boolean(),
  disposition: Disposition,
  reproduction: Reproduction.nullable(),
});
export type FindingView = z.infer<typeof FindingView>;

/** Everything a person sees of a run: a fold of its events and nothing else. */
export const RunView = z.object({
  /** How it ended; `null` while it has not. */
  outcome: z.enum(["merged", "completed", "failed", "cancelled"]).nullable(),
  state: RunState,
  /** The state in words. */
  text: z.string(),
  run: RunId,
  version: z.number().int(),
  task: z.object({ title: z.string(), text: z.string() }),
  project: z.object({ id: ProjectId, path: z.string() }),
  workflow: z.object({ name: z.string(), hash: Sha256, waives: z.record(z.string(), z.string()) }),
  isolation: Isolation,
  /** Agents that were asked for in place of the project's. */
  roles: AskedRoles,
  warnings: z.array(z.string()),
  steps: z.array(StepView),
  contract: z
    .object({ requirements: z.array(RequirementView), non_goals: z.array(z.string()) })
    .nullable(),
  plan: Plan.nullable(),
  /** Hash of what was approved as what to build; `null` until it is approved. */
  pin: Sha256.nullable(),
  checks: z.array(CheckView),
  findings: z.array(FindingView),
  families: z.object({
    authors: z.array(z.string()),
    reviewers: z.array(z.string()),
    /** How each of them is known. */
    lineage: z.object({ authors: z.array(Author), reviewers: z.array(Author) }),
  }),
  usage: z.object({
    metered: UsageTotals,
    reported: z.array(ReportedUsage),
    /** Time of turns, added up. */
    turnsMs: z.number().int().nonnegative(),
    /** The limits that hold now. */
    budget: z.object({ run: Budget, day: Budget }),
  }),
  degraded: z.array(z.object({ step: StepKey, by: z.string(), reason: z.string() })),
  approvals: z.array(Approval),
  candidate: Candidate.nullable(),
  /** What persons left out of it, the last time last; that one can be taken back. */
  leftOut: z.array(LeftOut),
  base: Candidate.extend({ ref: z.string() }),
  target: z.object({ branch: z.string(), to: z.enum(["target", "branch"]) }),
  merged: z
    .object({
      commit: CommitId,
      target: z.string(),
      to: z.enum(["target", "branch"]),
      workTree: z.string(),
      at: Instant,
    })
    .nullable(),
  /** What the candidate's diff does to the things that judge it. */
  guard: z.array(GuardFlag),
  /** Why the last merge was refused, until one is tried again. */
  refusal: z
    .object({ reason: z.string(), message: z.string(), paths: z.array(z.string()), at: Instant })
    .nullable(),
  attention: z.array(AttentionItem),
  permissions: z.array(Permission),
  /** Permissions whose process is gone; they may still be answered, for the next attempt. */
  voided: z.array(Permission),
  questions: z.array(Question),
  /** As `voided`: an answer is a comment for the next attempt. */
  voidedQuestions: z.array(Question),
  artifacts: z.array(
    z.object({
      name: z.string(),
      hash: Sha256,
      bytes: z.number().int(),
      by: z.string(),
      at: Instant,
    }),
  ),
  workspace: z.object({
    kind: z.enum(["none", "ready", "broken", "disposed"]),
    root: z.string().nullable(),
    takenBy: z.string().nullable(),
    /** Refs of the vault. */
    parked: z.array(z.string()),
    /** Repository that parked work can be fetched from. */
    vault: z.string().nullable(),
  }),
  /** What was said, oldest first. One with a `message` was said to an agent, and tells whether it has it. */
  comments: z.array(Comment),
  startedAt: Instant,
  /** Why it is paused, also while it waits for a person's answer. */
  paused: z.string().nullable(),
  finishedAt: Instant.nullable(),
});
export type RunView = z.infer<typeof RunView>;

export const CapabilityView = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  mend: z.string().nullable(),
});
export type CapabilityView = z.infer<typeof CapabilityView>;

export const DoctorRequest = z.strictObject({
  /** A folder of the project to examine; without one only the machine is. */
  path: z.string().min(1).max(4096).startsWith("/").optional(),
  /** Also runs every check and each agent's handshake once in the fence. */
  probe: z.boolean().default(false),
});
export type DoctorRequest = z.input<typeof DoctorRequest>;

/** What running a project's checks and agents once showed. */
export const Probe = z.object({
  checks: z.array(z.object({ name: z.string(), outcome: CheckOutcome, detail: z.string() })),
  agents: z.array(CapabilityView),
});
export type Probe = z.infer<typeof Probe>;

/** What one small edit by an agent, in a throw-away workspace inside the fence, showed. Times from its start. */
export const AgentTrial = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Name and version, as the agent says. */
  agent: z.string().nullable(),
  problem: z.object({ code: z.string(), message: z.string(), mend: z.string() }).nullable(),
  initializedMs: z.number().nullable(),
  /** Its session was there. */
  openedMs: z.number().nullable(),
  /** From the prompt. */
  firstUpdateMs: z.number().nullable(),
  totalMs: z.number(),
  /** Of the whole process tree, the fence included. */
  peakBytes: z.number().nullable(),
  /** Permissions that it asked for; all were given. */
  asked: z.number().int(),
  /** Metered by the gateway; nothing for an agent that does not use it. */
  models: z.object({
    requests: z.number().int(),
    inputTokens: z.number().int(),
    outputTokens: z.number().int(),
    cachedTokens: z.number().int(),
    served: z.array(z.string()),
  }),
});
export type AgentTrial = z.infer<typeof AgentTrial>;

export const DoctorReport = z.object({
  version: z.string(),
  capabilities: z.array(CapabilityView),
  probe: Probe.nullable(),
  /** Where the daemon writes its log. */
  log: z.string().nullable(),
  data: z.string().nullable(),
});
export type DoctorReport = z.infer<typeof DoctorReport>;

export const GcReport = z.object({ removed: z.number().int() });
export type GcReport = z.infer<typeof GcReport>;

/** A terminal inside the fence, as plain data. The command that asked for it launches it. */
export const ShellSpec = z.object({
  place: z.object({
    root: z.string(),
    mounts: z.array(
      z.object({
        source: z.string(),
        target: z.string(),
        access: z.enum(["read-only", "writable"]),
      }),
    ),
    env: z.record(z.string(), z.string()),
    artifacts: z.string(),
    maxBytes: z.number(),
    tmpBytes: z.number(),
    isolation: Isolation,
  }),
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
  egress: z.array(z.string()),
  owner: z.string(),
});
export type ShellSpec = z.infer<typeof ShellSpec>;

/** Server-sent events of `/events`: `id` is the global sequence, `event` one of these. */
export const STREAM_EVENTS = {
  /** First on every connection: `{"head": number}`, the newest sequence at that moment. */
  ready: "ready",
  /** A run event as stored. */
  run: "run",
  /** Sessions whose transcripts grew: `Activity`. It has no id: whoever comes back reads on by position. */
  activity: "activity",
} as const;
