/** Steps of a run as a person sees them: how each stands, what came of its attempts, and how they hang together. */
import { z } from "zod";
import { Usage } from "./effect.ts";
import { CommitId, Instant, StepKey } from "./ids.ts";
import { UsageTotals } from "./usage.ts";
import { Stage } from "./workflow.ts";

/** `stale`: it passed on other inputs than the present ones. `waiting`: for a person. */
export const StepOutcome = z.enum([
  "pending",
  "waiting",
  "working",
  "passed",
  "stale",
  "failed",
  "skipped",
  "waived",
]);
export type StepOutcome = z.infer<typeof StepOutcome>;

export const AttemptView = z.object({
  number: z.number().int().positive(),
  /** Null for what Tutti ran itself. */
  agent: z.string().nullable(),
  /** The commit that was there when it began. */
  start: CommitId,
  startedAt: Instant,
  /** Null while it works. */
  endedAt: Instant.nullable(),
  /** Null while it works. */
  outcome: z.string().nullable(),
  /** Metered; null where no model was asked. */
  usage: UsageTotals.nullable(),
  /** What its agent said itself, where nothing was metered. */
  reported: Usage.nullable(),
});
export type AttemptView = z.infer<typeof AttemptView>;

export const StepView = z.object({
  id: StepKey,
  kind: z.enum(["agent", "checks", "review", "approval", "merge"]),
  stage: Stage.nullable(),
  outcome: StepOutcome,
  attempts: z.number().int().nonnegative(),
  agent: z.string().nullable(),
  /** One line for people. */
  detail: z.string(),
  /** Metered; null where no model was asked. */
  usage: UsageTotals.nullable(),
  /** In their order. */
  history: z.array(AttemptView),
  /** Steps whose pass it waits for. */
  needs: z.array(StepKey),
  /** Where it sends the work when it does not pass, and how often it has. */
  sendsBack: z
    .object({
      to: StepKey,
      rounds: z.number().int().nonnegative(),
      limit: z.number().int().positive(),
    })
    .nullable(),
  /** What it judges, or what is judged before it passes: artifacts, checks, `candidate`. */
  judges: z.array(z.string()),
});
export type StepView = z.infer<typeof StepView>;
