/** The one queue of what needs a person, derived from run documents. */
import { z } from "zod";
import { AttentionId, Instant, RunId, Sha256, StepKey } from "./ids.ts";
import { QuestionField } from "./question.ts";

export const AttentionKind = z.enum([
  "approval",
  "permission",
  "question",
  "failed-gate",
  /** A gate that sent the work back as often as it may, and still fails. */
  "loop",
  "guard",
  "stale",
  "degraded",
  "conflict",
  "taken",
  "environment",
  "budget",
  /** Blocks nothing: a program was refused a way out. */
  "egress",
]);
export type AttentionKind = z.infer<typeof AttentionKind>;

export const AttentionAnswer = z.object({
  /** One word: proceed, changes, cancel, retry, waive, allow, allow-project, deny, holds, again, accept, give, raise, answer, decline. */
  name: z.string(),
  label: z.string(),
  /** Needs a text (a reason or a comment). */
  needsText: z.boolean(),
  /** The CLI command that gives this answer. */
  command: z.string(),
});
export type AttentionAnswer = z.infer<typeof AttentionAnswer>;

export const AttentionItem = z.object({
  id: AttentionId,
  run: RunId,
  kind: AttentionKind,
  step: StepKey.nullable(),
  since: Instant,
  asks: z.string(),
  why: z.string(),
  /** Hash of exactly what is asked about; an answer to another subject is refused. */
  subject: Sha256.nullable(),
  details: z.array(z.string()),
  answers: z.array(AttentionAnswer),
  /** The form of an agent's question. */
  fields: z.array(QuestionField).optional(),
  /** Of its run, in the queue over all runs. */
  about: z
    .object({ title: z.string(), authors: z.array(z.string()), reviewers: z.array(z.string()) })
    .optional(),
});
export type AttentionItem = z.infer<typeof AttentionItem>;

export const RunState = z.enum([
  "queued",
  "working",
  "waiting",
  "paused",
  "merged",
  "completed",
  "failed",
  "cancelled",
]);
export type RunState = z.infer<typeof RunState>;

/** Derived; what lists show. `waiting` means: waiting for a person. */
export const RunStatus = z.object({
  state: RunState,
  text: z.string(),
  attention: z.array(AttentionItem),
});
export type RunStatus = z.infer<typeof RunStatus>;
