/** Short answers of a model that is asked directly. They advise a person; nothing is decided by them. */
import { z } from "zod";
import { Family, FindingId } from "./ids.ts";

const TITLE_MAX_CHARACTERS = 80;
const REASON_MAX_CHARACTERS = 2000;

/** How much process a task deserves: none but checks and a review, one screen of specification, or all of it. */
export const TaskSize = z.enum(["none", "one-screen", "full"]);
export type TaskSize = z.infer<typeof TaskSize>;

/** What a model answers about a task. */
export const AdviceArtifact = z.strictObject({
  title: z.string().trim().min(1).max(TITLE_MAX_CHARACTERS),
  size: TaskSize,
  /** It is about something that does not work as it should. */
  isDefect: z.boolean(),
  reason: z.string().trim().min(1).max(REASON_MAX_CHARACTERS),
});
export type AdviceArtifact = z.infer<typeof AdviceArtifact>;

export const AdviceRequest = z.strictObject({
  /** A folder of the project, whose agents and rules about models hold. */
  path: z.string().min(1).max(4096).startsWith("/", "an absolute path"),
  text: z.string().trim().min(1).max(100_000),
  /** An agent of the project that asks a model directly; absent: the first one that does. */
  agent: z.string().min(1).max(100).optional(),
});
export type AdviceRequest = z.infer<typeof AdviceRequest>;

export const Advice = AdviceArtifact.extend({
  /** Follows from size and kind, by a fixed rule. */
  workflow: z.string(),
  agent: z.string(),
  family: Family,
});
export type Advice = z.infer<typeof Advice>;

/** What a model answers about a claim. */
export const OpinionArtifact = z.strictObject({
  says: z.enum(["holds", "refuted", "unsure"]),
  reason: z.string().trim().min(1).max(REASON_MAX_CHARACTERS),
});
export type OpinionArtifact = z.infer<typeof OpinionArtifact>;

export const OpinionRequest = z.strictObject({ agent: z.string().min(1).max(100).optional() });
export type OpinionRequest = z.infer<typeof OpinionRequest>;

/** A second opinion on a finding; it is kept as a comment and changes no verdict. */
export const Opinion = OpinionArtifact.extend({
  finding: FindingId,
  agent: z.string(),
  family: Family,
  /** Of another family than whoever raised the finding. */
  isForeign: z.boolean(),
  /** Why it could not be kept as a comment; null when it is kept. */
  unkept: z.object({ code: z.string(), message: z.string(), mend: z.string() }).nullable(),
});
export type Opinion = z.infer<typeof Opinion>;
