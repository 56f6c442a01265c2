/** Facts about commands that Tutti ran itself. Verdicts over them are made in the domain. */
import { z } from "zod";
import { CommitId, FindingId, Instant, Sha256, TreeId } from "./ids.ts";
import { FindingReport } from "./artifact.ts";
import { Family } from "./ids.ts";

export const TestOutcome = z.enum(["passed", "failed", "skipped"]);
export const TestResult = z.object({ name: z.string(), outcome: TestOutcome });
export type TestResult = z.infer<typeof TestResult>;

/**
 * `red`: it ran and failed. `error`: it could not run (command not found, set-up, signal).
 * `empty`: it ended with 0 but executed nothing that could have failed; never a pass.
 */
export const CheckOutcome = z.enum(["green", "red", "timed-out", "error", "empty"]);
export type CheckOutcome = z.infer<typeof CheckOutcome>;

export const CheckResult = z.object({
  name: z.string(),
  command: z.string(),
  outcome: CheckOutcome,
  exitCode: z.number().int().nullable(),
  durationMs: z.number().int().nonnegative(),
  /** `tap`, `junit`, or `exit` where only the exit code was available. */
  report: z.enum(["tap", "junit", "exit"]),
  counts: z.object({
    passed: z.number().int(),
    failed: z.number().int(),
    skipped: z.number().int(),
  }),
  /** Failing tests first, at most MAX_TESTS_KEPT; the whole log is the blob. */
  tests: z.array(TestResult),
  /** SHA-256 over every `name outcome` line, sorted: equal vectors have equal digests. */
  vector: Sha256,
  /** Tests that failed and then passed on the same tree; said, not red. */
  flaky: z.array(z.string()),
  /** The end of the output, for people and for the author's next prompt. */
  tail: z.string(),
  log: Sha256.nullable(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** One run of a reproduction on one tree. `error` = it did not decide anything. */
export const ProofRun = z.object({
  outcome: z.enum(["pass", "fail", "error"]),
  exitCode: z.number().int().nullable(),
  durationMs: z.number().int(),
  tail: z.string(),
  log: Sha256.nullable(),
});
export type ProofRun = z.infer<typeof ProofRun>;

export const ProofResult = z.object({
  proof: z.string(),
  commit: CommitId,
  runs: z.array(ProofRun),
});
export type ProofResult = z.infer<typeof ProofResult>;

export const Verdict = z.enum([
  "reproduced",
  "confirmed",
  "refuted",
  "pre-existing",
  "invalid",
  "flaky",
  "unproven",
]);
export type Verdict = z.infer<typeof Verdict>;

export const Evidence = z.object({
  base: z.array(ProofRun),
  candidate: z.array(ProofRun),
  candidateCommit: CommitId,
  /** Runs on a later candidate; empty until there is one. */
  fixed: z.array(ProofRun),
  fixedCommit: CommitId.nullable(),
});
export type Evidence = z.infer<typeof Evidence>;

export const Disposition = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open") }),
  z.object({ kind: z.literal("fix") }),
  z.object({ kind: z.literal("waived"), who: z.string(), why: z.string() }),
]);

export const Lineage = z.enum(["metered", "reported", "declared", "human", "unknown"]);

/** One more run of a finding's reproduction that a person asked for; it stands beside what was run before. */
export const Rerun = z.object({
  by: z.string(),
  at: Instant,
  candidate: CommitId,
  /** Empty where it could not be run. */
  runs: z.object({ base: z.array(ProofRun), candidate: z.array(ProofRun) }),
  /** Why it could not be run. */
  problem: z.string().nullable(),
});
export type Rerun = z.infer<typeof Rerun>;

export const Finding = FindingReport.extend({
  id: FindingId,
  step: z.string(),
  raisedBy: z.object({
    agent: z.string(),
    model: z.string().nullable(),
    family: Family,
    lineage: Lineage,
  }),
  raisedOn: CommitId,
  verdict: Verdict.nullable(),
  evidence: Evidence.nullable(),
  /** Evidence on candidates before the one that the present evidence is about, oldest first. */
  earlier: z.array(Evidence).optional(),
  reruns: z.array(Rerun).optional(),
  /** The reproduction kept as a blob and laid over every later tree. */
  proof: Sha256.nullable(),
  disposition: Disposition,
});
export type Finding = z.infer<typeof Finding>;

/** What a diff does to the things that judge it. Any flag waits for a person. */
export const GuardFlag = z.object({
  kind: z.enum([
    "policy-edited",
    "check-edited",
    "ci-edited",
    "test-deleted",
    "test-renamed",
    "tests-fewer",
    "test-skipped",
    "manifest-edited",
  ]),
  path: z.string(),
  detail: z.string(),
});
export type GuardFlag = z.infer<typeof GuardFlag>;

export const Candidate = z.object({ commit: CommitId, tree: TreeId });
export type Candidate = z.infer<typeof Candidate>;
