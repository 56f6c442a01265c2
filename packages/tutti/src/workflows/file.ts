/** The blocks of a workflow file as people write them. `parse.ts` turns them into the protocol's workflow. */
import { Budget, OnFail, Role, Stage, StepId } from "@tutti/protocol";
import { z } from "zod";

const ArtifactName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/u, "a file name without a folder, such as spec.md");

export const FrontMatter = z.strictObject({
  name: StepId.describe("The name of the file without `.md`."),
  description: z.string().min(1).max(500),
  budget: Budget.optional().describe(
    "Bounds of one run; the tightest of these and the project's holds.",
  ),
  waives: z
    .partialRecord(Stage, z.string().min(1))
    .default({})
    .describe("A mandatory stage that this workflow leaves out, and why."),
});
export type FrontMatter = z.infer<typeof FrontMatter>;

const OneOrMore = z.union([StepId, z.array(StepId)]);

const common = {
  stage: Stage.optional().describe("Which of the four mandatory stages this step is."),
  needs: OneOrMore.optional().describe("Steps that must hold first. Default: the step before."),
  when: z
    .strictObject({
      artifact: ArtifactName.optional().describe("Only when this artifact exists."),
      changed: z.array(z.string()).optional().describe("Only when a changed file matches."),
    })
    .optional(),
};

const CheckNames = z.union([z.string(), z.array(z.string())]);
const Reproduction = z.literal("fails-on-base");

const Gate = z.union([
  z.strictObject({ checks: CheckNames.optional(), reproduction: Reproduction.optional() }),
  z.array(z.strictObject({ checks: CheckNames.optional(), reproduction: Reproduction.optional() })),
]);

export const AgentBlock = z.strictObject({
  kind: z.literal("agent"),
  ...common,
  role: Role.optional().describe("Mapped to an agent in .tutti/config.yaml."),
  agent: z.string().optional().describe("Pins one agent instead of the role's."),
  access: z.enum(["read-only", "workspace"]).optional(),
  produces: z.array(ArtifactName).default([]),
  for_each: z.literal("plan.items").optional(),
  session: z.enum(["fresh", "continue"]).optional(),
  gate: Gate.optional(),
  retry: z
    .strictObject({
      max: z.number().int().min(0).max(10).optional(),
      on: z.array(z.enum(["checks", "artifacts", "reproduction"])).optional(),
    })
    .optional(),
});

const ChecksBlock = z.strictObject({
  kind: z.literal("checks"),
  ...common,
  run: z.array(z.string()).default([]).describe("Names of checks; empty means all of them."),
  on_fail: OnFail.optional(),
});

const ReviewBlock = z.strictObject({
  kind: z.literal("review"),
  ...common,
  reviewers: z
    .strictObject({
      role: z.literal("reviewer").optional(),
      count: z.number().int().min(1).max(5).optional(),
      family: z.enum(["foreign", "any"]).optional(),
    })
    .optional(),
  evidence: z.enum(["required", "optional"]).optional(),
  on_fail: OnFail.optional(),
});

const ApprovalBlock = z.strictObject({
  kind: z.literal("approval"),
  ...common,
  of: z.array(z.string()).min(1).describe("Names of artifacts, or `candidate`."),
  approvers: z
    .strictObject({
      min: z.number().int().min(1).max(5).optional(),
      /** Agents never approve; the key may say so. */
      exclude: z.array(z.literal("requester-agent")).optional(),
    })
    .optional(),
});

const MergeBlock = z.strictObject({ kind: z.literal("merge"), ...common });

export const BLOCKS = {
  agent: AgentBlock,
  checks: ChecksBlock,
  review: ReviewBlock,
  approval: ApprovalBlock,
  merge: MergeBlock,
} as const;
export type StepKind = keyof typeof BLOCKS;
export const STEP_KINDS = [
  "agent",
  "checks",
  "review",
  "approval",
  "merge",
] as const satisfies readonly StepKind[];

export const StepBlock = z.discriminatedUnion("kind", [
  AgentBlock,
  ChecksBlock,
  ReviewBlock,
  ApprovalBlock,
  MergeBlock,
]);
export type StepBlock = z.infer<typeof StepBlock>;
