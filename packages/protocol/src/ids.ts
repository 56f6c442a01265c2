/** Branded identifiers. Every id is parsed at the edge by its schema and trusted inside. */
import { z } from "zod";

const brand = <Name extends string>(name: Name, pattern: RegExp) =>
  z.string().regex(pattern, `not a valid ${name}`).brand<Name>();

/** `r-` and 12 base32 characters, for example `r-4k2m9x7q1abc`. */
export const RunId = brand("RunId", /^r-[a-z0-9]{6,32}$/u);
export type RunId = z.infer<typeof RunId>;

export const ProjectId = brand("ProjectId", /^p-[a-z0-9]{6,64}$/u);
export type ProjectId = z.infer<typeof ProjectId>;

/** The idempotency key of everything an effect does outside: ref names, folder names, trailers. */
export const EffectId = brand("EffectId", /^e-[a-z0-9]{6,32}(?:-[a-z0-9]+)*$/u);
export type EffectId = z.infer<typeof EffectId>;

/** Stable across re-computation: derived from the run's facts, not drawn at random. */
export const AttentionId = brand("AttentionId", /^[a-z][a-z-]*(?::[^\s]+)?$/u);
export type AttentionId = z.infer<typeof AttentionId>;

/** Lower-case hexadecimal SHA-256 of canonical bytes. */
export const Sha256 = brand("Sha256", /^[0-9a-f]{64}$/u);
export type Sha256 = z.infer<typeof Sha256>;

/** A git commit id (SHA-1 or SHA-256 repositories). */
export const CommitId = brand("CommitId", /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u);
export type CommitId = z.infer<typeof CommitId>;

/** A git tree id. */
export const TreeId = brand("TreeId", /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u);
export type TreeId = z.infer<typeof TreeId>;

/** A step of the workflow (`build`) or one instance of it (`build[P1]`, `build[fix-1]`). */
export const StepKey = brand("StepKey", /^[a-z][a-z0-9-]*(?:\[[A-Za-z0-9._-]+\])?$/u);
export type StepKey = z.infer<typeof StepKey>;

export const FindingId = brand("FindingId", /^F\d+$/u);
export type FindingId = z.infer<typeof FindingId>;

/** A model lineage, in lower case: anthropic, openai, google, … */
export const Family = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,39}$/u, "a family is a short lower-case word such as anthropic");
export type Family = z.infer<typeof Family>;

/** What a person said to an agent, counted in its run. */
export const MessageId = brand("MessageId", /^M[1-9]\d{0,8}$/u);
export type MessageId = z.infer<typeof MessageId>;

/** Milliseconds since the Unix epoch, from the injected clock. */
export const Instant = z.number().int().nonnegative();
export type Instant = z.infer<typeof Instant>;
