/** What there is to know of one project before a task is started in it. */
import { z } from "zod";
import {
  AgentConfig,
  BudgetConfig,
  CheckConfig,
  LimitsConfig,
  MergeConfig,
  PermissionRule,
  RecipeConfig,
  ReviewPolicy,
  RolesConfig,
} from "./config.ts";
import { CommitId, ProjectId } from "./ids.ts";
import { ModelPolicy } from "./usage.ts";
import { Stage, WorkflowStep } from "./workflow.ts";

export const WorkflowLine = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  origin: z.enum(["project", "user", "built-in"]),
  file: z.string(),
  stages: z.array(Stage),
  /** Mandatory stage → the reason why it is left out. */
  waives: z.partialRecord(Stage, z.string()),
  /** In the order of the file; empty where it is not valid. */
  steps: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(WorkflowStep.options.map(({ shape }) => shape.kind.value)),
      stage: Stage.nullable(),
      needs: z.array(z.string()),
    }),
  ),
  /** One line each. */
  problems: z.array(z.string()),
  /** Nothing of them keeps it from running. */
  isValid: z.boolean(),
});
export type WorkflowLine = z.infer<typeof WorkflowLine>;

/** Rules as they are committed on the target branch: what a run that starts now would have. */
export const ProjectView = z.object({
  id: ProjectId,
  root: z.string(),
  /** Newest commit first. */
  branches: z.array(z.string()),
  /** What is checked out; null where no branch is. */
  branch: z.string().nullable(),
  /** Where a run merges to that names no target. */
  target: z.string().nullable(),
  /** Where the rules were read. */
  commit: CommitId,
  /** Name of the workflow of a run that names none. */
  workflow: z.string(),
  workflows: z.array(WorkflowLine),
  /** Null while the configuration is missing or not valid; `problems` says what is wrong. */
  rules: z
    .object({
      agents: z.record(z.string(), AgentConfig.pick({ family: true, model: true, command: true })),
      roles: RolesConfig,
      checks: z.record(z.string(), CheckConfig.omit({ env: true })),
      recipe: RecipeConfig.omit({ env: true }),
      merge: MergeConfig,
      review: ReviewPolicy,
      limits: LimitsConfig,
      protected: z.array(z.string()),
      permissions: z.array(PermissionRule),
      budget: BudgetConfig.nullable(),
      models: ModelPolicy.nullable(),
    })
    .nullable(),
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type ProjectView = z.infer<typeof ProjectView>;
