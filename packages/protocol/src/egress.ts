/** Ways out of the fence that a run asked for and what people said. */
import { z } from "zod";
import { Instant, StepKey } from "./ids.ts";

/** How long an answer holds: for this run, or for every run of its project. */
export const EgressScope = z.enum(["run", "project"]);
export type EgressScope = z.infer<typeof EgressScope>;

/** `host:port` in its one spelling. */
export const EgressTarget = z
  .string()
  .max(260)
  .regex(/^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?:[1-9]\d{0,4}$/u, "HOST:PORT in lower case");

export const EgressRecord = z.object({
  /** Refused, and nobody has said anything yet. */
  denied: z.array(z.object({ target: EgressTarget, step: StepKey.nullable(), since: Instant })),
  allowed: z.array(z.object({ target: EgressTarget, scope: EgressScope, by: z.string() })),
  /** A person keeps these refused: they are not asked about again. */
  refused: z.array(EgressTarget),
});
export type EgressRecord = z.infer<typeof EgressRecord>;
