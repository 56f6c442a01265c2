/** A workflow after parsing: what the Markdown file says, typed. Source: the workflow format page in docs. */
import { z } from "zod";
import { Budget } from "./usage.ts";

export const Stage = z.enum(["plan", "implement", "test", "review"]);
export type Stage = z.infer<typeof Stage>;
/** Every workflow has each of these, or waives it with a reason that is shown on the run. */
export const MANDATORY_STAGES: readonly Stage[] = ["plan", "implement", "test", "review"];

/** Of a run that names none, where the configuration names none either. */
export const DEFAULT_WORKFLOW = "spec-first";

export const StepId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/u, "a step id is lower-case words joined by -");
export type StepId = z.infer<typeof StepId>;

export const Role = z.enum(["planner", "author", "reviewer"]);
export type Role = z.infer<typeof Role>;

const common = {
  id: StepId,
  stage: Stage.optional(),
  /** Steps whose pass must hold first; the parser fills the default (the step before). */
  needs: z.array(StepId),
  /** Declarative condition; absent means always. */
  when: z
    .strictObject({ artifact: z.string().optional(), changed: z.array(z.string()).optional() })
    .optional(),
  /** The step's prose. For agent steps: the prompt template. */
  text: z.string(),
};

export const OnFail = z.strictObject({
  back_to: StepId,
  rounds: z.number().int().min(1).max(10).default(3),
});
export type OnFail = z.infer<typeof OnFail>;

export const AgentStep = z.strictObject({
  ...common,
  kind: z.literal("agent"),
  role: Role,
  /** Pins one agent of the configuration instead of the role's. */
  agent: z.string().optional(),
  access: z.enum(["read-only", "workspace"]),
  produces: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/u)),
  for_each: z.literal("plan.items").optional(),
  session: z.enum(["fresh", "continue"]).default("fresh"),
  gate: z
    .strictObject({
      /** Names of checks that must be green before the step passes. */
      checks: z.array(z.string()).default([]),
      /** The produced reproduction must fail on the base commit. */
      reproduction: z.literal("fails-on-base").optional(),
    })
    .prefault({}),
  /** Attempts of one instance before a person is asked. */
  retry: z.strictObject({ max: z.number().int().min(0).max(10).default(2) }).prefault({}),
});
export type AgentStep = z.infer<typeof AgentStep>;

export const ChecksStep = z.strictObject({
  ...common,
  kind: z.literal("checks"),
  /** Names of checks; empty means every configured check. */
  run: z.array(z.string()),
  on_fail: OnFail.optional(),
});
export type ChecksStep = z.infer<typeof ChecksStep>;

export const ReviewStep = z.strictObject({
  ...common,
  kind: z.literal("review"),
  reviewers: z
    .strictObject({
      role: z.literal("reviewer").default("reviewer"),
      count: z.number().int().min(1).max(5).default(1),
      family: z.enum(["foreign", "any"]).default("foreign"),
    })
    .prefault({}),
  evidence: z.enum(["required", "optional"]).default("required"),
  on_fail: OnFail.optional(),
});
export type ReviewStep = z.infer<typeof ReviewStep>;

export const ApprovalStep = z.strictObject({
  ...common,
  kind: z.literal("approval"),
  /** Artifact names, or `candidate`. */
  of: z.array(z.string()).min(1),
  approvers: z.strictObject({ min: z.number().int().min(1).max(5).default(1) }).prefault({}),
});
export type ApprovalStep = z.infer<typeof ApprovalStep>;

export const MergeStep = z.strictObject({ ...common, kind: z.literal("merge") });
export type MergeStep = z.infer<typeof MergeStep>;

export const WorkflowStep = z.discriminatedUnion("kind", [
  AgentStep,
  ChecksStep,
  ReviewStep,
  ApprovalStep,
  MergeStep,
]);
export type WorkflowStep = z.infer<typeof WorkflowStep>;

export const Workflow = z.strictObject({
  name: z.string(),
  description: z.string(),
  /** Text up to the first step; goes with every agent step. */
  preamble: z.string(),
  /** Mandatory stage → the reason why this workflow leaves it out. */
  waives: z.partialRecord(Stage, z.string().min(1)),
  /** Bounds of one run of it; the tightest of these and the project's holds. */
  budget: Budget.optional(),
  steps: z.array(WorkflowStep).min(1).max(60),
});
export type Workflow = z.infer<typeof Workflow>;
