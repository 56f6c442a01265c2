/** What agents ask permission for, and answers that are remembered. */
import { z } from "zod";
import { Instant, StepKey } from "./ids.ts";

export const ToolKind = z.enum([
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "other",
]);
export type ToolKind = z.infer<typeof ToolKind>;

/** What an agent wants to do, in its own words: nothing of it is verified. */
export const ToolFacts = z.object({
  tool: ToolKind,
  /** As the agent names them, absolute or relative to the work tree. */
  paths: z.array(z.string()),
  command: z.string().nullable(),
});
export type ToolFacts = z.infer<typeof ToolFacts>;

/** Stands for a permission of before there were facts. */
export const NO_FACTS: ToolFacts = { tool: "other", paths: [], command: null };

/** A person's answer that holds for the same permission later. */
export const RememberedAnswer = z.object({
  title: z.string(),
  facts: ToolFacts,
  answer: z.enum(["allow", "deny"]),
  by: z.string(),
  at: Instant,
  /** Null: for as long as it is kept. Else for one attempt alone: the permission's own had ended meanwhile. */
  about: z.object({ step: StepKey, attempt: z.number().int() }).nullable(),
});
export type RememberedAnswer = z.infer<typeof RememberedAnswer>;
