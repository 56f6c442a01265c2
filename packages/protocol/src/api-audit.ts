/** `GET /audit`: who did what, in all runs and outside them, newest first. */
import { z } from "zod";
import { Actor } from "./actor.ts";
import { Instant, RunId } from "./ids.ts";

export const AuditLine = z.object({
  /** As a `cursor` it goes on after this line. */
  id: z.string(),
  /** Of the event; of what was done outside every run, of the last event before it. */
  seq: z.number().int(),
  /** Null: it was done outside every run. */
  run: RunId.nullable(),
  at: Instant,
  actor: Actor,
  /** Type of the event, for example `approval.given`; outside every run one of `OutsideRuns`. */
  did: z.string(),
  /** What it was about: a step, a reason, a host; where the event says so. */
  about: z.string().nullable(),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** What is done outside every run and stands in the audit. No value of a key or token does. */
export const OutsideRuns = z.enum(["token.created", "token.removed", "key.set", "key.removed"]);
export type OutsideRuns = z.infer<typeof OutsideRuns>;

/** `POST /audit`: what the command line did without the daemon. */
export const AuditNote = z.strictObject({
  did: OutsideRuns.extract(["key.set", "key.removed"]),
  /** Name of the key. */
  about: z.string().min(1).max(200),
});
export type AuditNote = z.infer<typeof AuditNote>;

/** Whose doings are listed. */
export const AuditActor = z.enum(["person", "agent", "system"]);
export type AuditActor = z.infer<typeof AuditActor>;

export const AuditPage = z.object({
  items: z.array(AuditLine),
  /** For `cursor` of the next page, also where this one is short or empty; null at the first line of all. */
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof AuditPage>;
