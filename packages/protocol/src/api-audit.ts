/** `GET /audit`: who did what, over all runs, newest first. */
import { z } from "zod";
import { Actor } from "./actor.ts";
import { Instant, RunId } from "./ids.ts";

export const AuditLine = z.object({
  seq: z.number().int(),
  run: RunId,
  at: Instant,
  actor: Actor,
  /** Type of the event, for example `approval.given`. */
  did: z.string(),
  /** What it was about: a step, a reason, a host; where the event says so. */
  about: z.string().nullable(),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** Whose doings are listed. */
export const AuditActor = z.enum(["person", "agent", "system"]);
export type AuditActor = z.infer<typeof AuditActor>;

export const AuditPage = z.object({
  items: z.array(AuditLine),
  /** For `cursor` of the next page, also where this one is short or empty; null at the first event of all. */
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof AuditPage>;
