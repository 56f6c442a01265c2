/** Machine-readable artifacts that agents write. Invalid ones go back to the agent with the error, bounded. */
import { z } from "zod";

export const RequirementId = z.string().regex(/^R\d{1,3}$/u, "a requirement id is R and a number");
export type RequirementId = z.infer<typeof RequirementId>;

/** How a requirement is decided: exactly one of the keys. */
export const RequirementCheck = z.union([
  z.strictObject({ test: z.string().min(1) }),
  z.strictObject({ command: z.string().min(1) }),
  z.strictObject({ property: z.string().min(1) }),
  z.strictObject({ manual: z.string().min(1) }),
]);

export const Requirement = z.strictObject({
  id: RequirementId,
  must: z.boolean(),
  /** One EARS sentence: WHEN … THE … SHALL … */
  text: z.string().min(1).max(2000),
  check: RequirementCheck,
  scope: z.array(z.string()).default([]),
});
export type Requirement = z.infer<typeof Requirement>;

export const Contract = z.strictObject({
  requirements: z.array(Requirement).min(1).max(200),
  non_goals: z.array(z.string()).default([]),
});
export type Contract = z.infer<typeof Contract>;

export const PlanItem = z.strictObject({
  id: z.string().regex(/^P\d{1,3}$/u, "a plan item id is P and a number"),
  title: z.string().min(1).max(500),
  covers: z.array(RequirementId).default([]),
  scope: z.array(z.string()).default([]),
  needs: z.array(z.string()).default([]),
  notes: z.string().max(10_000).optional(),
});
export type PlanItem = z.infer<typeof PlanItem>;

export const Plan = z.strictObject({ items: z.array(PlanItem).min(1).max(100) });
export type Plan = z.infer<typeof Plan>;

/** Files laid over a tree plus a command whose outcome decides a claim. */
export const Reproduction = z.strictObject({
  /** Relative paths inside the repository; they replace or add files in a throw-away copy. */
  files: z
    .array(z.strictObject({ path: z.string().min(1).max(500), content: z.string().max(200_000) }))
    .max(20)
    .default([]),
  /** Run by `sh -c` at the repository root inside the fence; exit 0 means the claim does not hold. */
  run: z.string().min(1).max(4000),
  /** Name of the test in TAP output that decides; absent means the exit code decides. */
  test: z.string().max(500).optional(),
});
export type Reproduction = z.infer<typeof Reproduction>;

/** `reproduction.yaml`, written by an investigating step. */
export const ReproductionArtifact = z.strictObject({
  claim: z.string().min(1).max(2000),
  requirement: RequirementId.optional(),
  reproduction: Reproduction,
});

export const FindingKind = z.enum([
  "bug",
  "security",
  "spec-gap",
  "scope",
  "weak-test",
  "perf",
  "maintain",
]);
export const Severity = z.enum(["P0", "P1", "P2", "P3"]);
export type Severity = z.infer<typeof Severity>;

export const FindingReport = z.strictObject({
  kind: FindingKind,
  severity: Severity,
  /** One falsifiable sentence. */
  claim: z.string().min(1).max(2000),
  requirements: z.array(RequirementId).default([]),
  locations: z
    .array(
      z.strictObject({
        path: z.string(),
        startLine: z.number().int().positive().optional(),
        endLine: z.number().int().positive().optional(),
        symbol: z.string().optional(),
      }),
    )
    .max(20)
    .default([]),
  reproduction: Reproduction.optional(),
});
export type FindingReport = z.infer<typeof FindingReport>;

/** `findings.json`, written by a reviewer. An empty list is a valid answer. */
export const FindingsReport = z.strictObject({
  summary: z.string().max(5000).default(""),
  findings: z.array(FindingReport).max(50),
});
export type FindingsReport = z.infer<typeof FindingsReport>;

/** What the domain reads of an artifact. */
export const ArtifactData = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text") }),
  z.object({ kind: z.literal("contract"), contract: Contract }),
  z.object({ kind: z.literal("plan"), plan: Plan }),
  z.object({
    kind: z.literal("reproduction"),
    claim: z.string(),
    requirement: z.string().nullable(),
    reproduction: Reproduction,
  }),
]);
export type ArtifactData = z.infer<typeof ArtifactData>;
