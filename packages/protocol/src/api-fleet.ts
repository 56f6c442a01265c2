/** Everything that works now, over all projects; and the projects. */
import { z } from "zod";
import { Family, Instant, ProjectId, RunId, StepKey } from "./ids.ts";

/** `queued`: for a slot. `waiting`: for a person. `silent`: nothing was heard of it for a while. */
export const TurnState = z.enum(["queued", "working", "waiting", "silent"]);
export type TurnState = z.infer<typeof TurnState>;

/** A session of a run, by which its transcript is read. `ended`: its turn is over, or it is of no turn. */
export const SessionView = z.object({
  session: z.string(),
  /** Null for a session of no step, such as the set-up of the workspace. */
  step: StepKey.nullable(),
  attempt: z.number().int().positive().nullable(),
  agent: z.string().nullable(),
  family: Family.nullable(),
  model: z.string().nullable(),
  state: z.enum([...TurnState.options, "ended"]),
  startedAt: Instant.nullable(),
  lastAt: Instant.nullable(),
  /** Entries of its transcript. */
  total: z.number().int().nonnegative(),
  /** The last of them that says something, as one line. */
  last: z.string().nullable(),
});
export type SessionView = z.infer<typeof SessionView>;

/** Of the event `activity`: the sessions that grew since the one before. */
export const Activity = z.object({
  sessions: z.record(z.string(), z.object({ total: z.number().int(), at: Instant })),
});
export type Activity = z.infer<typeof Activity>;

/** One turn of an agent that has not ended. */
export const FleetRow = z.object({
  session: z.string(),
  run: RunId,
  step: StepKey,
  attempt: z.number().int().positive(),
  agent: z.string(),
  family: Family,
  model: z.string().nullable(),
  state: TurnState,
  /** The run is paused: nothing new starts when this has ended. */
  isPaused: z.boolean(),
  startedAt: Instant.nullable(),
  lastAt: Instant.nullable(),
  /** From when on it is `silent` unless something comes; null where nothing is expected of it. */
  silentFrom: Instant.nullable(),
  /** Entries of its transcript. */
  total: z.number().int().nonnegative(),
  /** The last of them that says something, as one line. Text of an agent. */
  last: z.string().nullable(),
  project: z.object({ id: ProjectId, path: z.string() }),
  title: z.string(),
  /** Metered, of this attempt of its step. */
  tokens: z.number().int().nonnegative(),
  usd: z.number().nonnegative(),
});
export type FleetRow = z.infer<typeof FleetRow>;

export const Fleet = z.object({
  items: z.array(FleetRow),
  /** Tasks that are paused, also those that wait for a person as well. */
  paused: z.number().int().nonnegative(),
  at: Instant,
});
export type Fleet = z.infer<typeof Fleet>;

export const FleetPause = z.strictObject({ reason: z.string().trim().min(1).max(300) });
export type FleetPause = z.infer<typeof FleetPause>;

/** Runs that did what the request says. */
export const FleetPaused = z.object({ runs: z.array(RunId) });
export type FleetPaused = z.infer<typeof FleetPaused>;

/** A project that has tasks. */
export const ProjectLine = z.object({
  id: ProjectId,
  path: z.string(),
  name: z.string(),
  runs: z.number().int(),
  /** Those that have not ended. */
  open: z.number().int(),
  lastAt: Instant,
});
export type ProjectLine = z.infer<typeof ProjectLine>;
