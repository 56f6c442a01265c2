/** What models were asked and what it took: facts of the gateway, per request. */
import { z } from "zod";
import { EffectId, Family, Instant, ProjectId, RunId, StepKey } from "./ids.ts";

/** The providers' own wire formats; a request keeps its own from end to end. */
export const Dialect = z.enum(["anthropic", "openai-responses", "openai-chat", "google"]);
export type Dialect = z.infer<typeof Dialect>;

/** On whose behalf a model is asked: known by the listener and its token, never by what a request says. */
export const ModelCaller = z.object({
  run: RunId,
  project: ProjectId,
  step: StepKey,
  attempt: z.number().int().positive(),
  effect: EffectId,
  agent: z.string(),
});
export type ModelCaller = z.infer<typeof ModelCaller>;

/**
 * How a request ended: `ok` an answer of the provider to its end; `refused` by Tutti's own policy,
 * budget or limit, never forwarded; `provider-error` an error status; `cut` a stream that ended in
 * the middle; `garbage` an answer that is not of the dialect; `unreachable`; `cancelled` by the agent.
 */
export const ModelOutcome = z.enum([
  "ok",
  "refused",
  "provider-error",
  "cut",
  "garbage",
  "unreachable",
  "cancelled",
]);
export type ModelOutcome = z.infer<typeof ModelOutcome>;

/** One model request, as metered from the stream itself. Tokens are 0 where the provider said nothing. */
export const ModelRequest = z.object({
  id: z.string(),
  at: Instant,
  caller: ModelCaller,
  provider: z.string(),
  dialect: Dialect,
  /** What the agent asked for, and what the provider says it served. */
  requestedModel: z.string().nullable(),
  servedModel: z.string().nullable(),
  /** Family of the served model; null when the table of models does not know it. */
  family: Family.nullable(),
  /** Input that was not read from a cache. */
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cachedTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  /** Null for a model without a price. */
  costUsd: z.number().nonnegative().nullable(),
  /** False when the provider did not say what it took: tokens are then an estimate. */
  isMetered: z.boolean(),
  outcome: ModelOutcome,
  /** HTTP status of the provider; null when it gave none. */
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  /** Time spent waiting for a place under the provider's limits, to the first byte, and in all. */
  queuedMs: z.number().int().nonnegative(),
  firstByteMs: z.number().int().nonnegative().nullable(),
  totalMs: z.number().int().nonnegative(),
});
export type ModelRequest = z.infer<typeof ModelRequest>;

/** Sums of model requests under one key. */
export const UsageTotals = z.object({
  requests: z.number().int().nonnegative(),
  /** Requests that ended neither `ok` nor `cancelled`. */
  errors: z.number().int().nonnegative(),
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cachedTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  /** Sum of what is priced. */
  costUsd: z.number().nonnegative(),
  /** Requests whose model has no price: their cost is not in the sum. */
  unpriced: z.number().int().nonnegative(),
  /** Time in requests, and its mean to the first byte. */
  totalMs: z.number().int().nonnegative(),
  firstByteMs: z.number().int().nonnegative().nullable(),
});
export type UsageTotals = z.infer<typeof UsageTotals>;

/** A model that answered during one turn; its family is null when the table of models does not know it. */
export const ServedModel = z.object({
  model: z.string(),
  family: Family.nullable(),
  requests: z.number().int().positive(),
});
export type ServedModel = z.infer<typeof ServedModel>;

/** Bounds on what a run, or all runs of a day together, may take. Absent ones do not bound. */
export const Budget = z.strictObject({
  usd: z.number().positive().optional(),
  tokens: z.number().int().positive().optional(),
  /** Minutes in which agents worked, added up: two at once for a minute are two. Waiting for a person is no work. */
  minutes: z.number().positive().optional(),
});
export type Budget = z.infer<typeof Budget>;

export const BudgetMeasure = z.enum(["usd", "tokens", "minutes"]);
export type BudgetMeasure = z.infer<typeof BudgetMeasure>;

/** `day`: of all runs since midnight UTC. */
export const BudgetScope = z.enum(["run", "day"]);
export type BudgetScope = z.infer<typeof BudgetScope>;

/** Why a turn may not go on asking: which bound, and what has been taken under it. */
export const BudgetStop = z.object({
  scope: BudgetScope,
  measure: BudgetMeasure,
  limit: z.number(),
  spent: z.number(),
});
export type BudgetStop = z.infer<typeof BudgetStop>;

/** Globs are matched with every request and question: a repository must not make that dear. */
export const GLOB_MAX_CHARACTERS = 500;
export const GLOBS_MAX = 500;

/**
 * What a model's provider may do itself: nothing; search its own index, and what reaches nothing; or
 * also fetch addresses and ask remote MCP servers. From the strictest.
 */
export const ServerTools = z.enum(["none", "search", "all"]);
export type ServerTools = z.infer<typeof ServerTools>;

/** Which models a project may use. Empty lists allow everything. */
export const ModelPolicy = z.strictObject({
  families: z.array(Family).default([]),
  /** Globs over model ids, for example `claude-*`. */
  models: z.array(z.string().max(GLOB_MAX_CHARACTERS)).max(GLOBS_MAX).default([]),
  /** Only providers marked as keeping nothing. */
  zeroRetention: z.boolean().default(false),
  /** Only providers in one of these regions. */
  regions: z.array(z.string()).default([]),
  serverTools: ServerTools.default("search"),
});
export type ModelPolicy = z.infer<typeof ModelPolicy>;
