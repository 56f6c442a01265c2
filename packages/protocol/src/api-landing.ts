/** `GET /landings`: what is on its way into a target branch, over all runs, and what came there last. */
import { z } from "zod";
import { CommitId, Instant, ProjectId, RunId } from "./ids.ts";

/**
 * `preparing`: the merge is computed. `verifying`: checks run on the merged tree. `merging`: it is
 * applied. `ready`: nothing but the merge is ahead. `approval`: a person is asked. `paused`. `conflict`
 * and `refused`: the last try, which a person or the author has to answer.
 */
export const LandingState = z.enum([
  "merging",
  "verifying",
  "preparing",
  "ready",
  "approval",
  "paused",
  "conflict",
  "refused",
]);
export type LandingState = z.infer<typeof LandingState>;

export const LandingView = z.object({
  run: RunId,
  title: z.string(),
  project: z.object({ id: ProjectId, path: z.string() }),
  target: z.object({ branch: z.string(), to: z.enum(["target", "branch"]) }),
  state: LandingState,
  /** The place among those for the same branch of the same project, from 1. */
  position: z.number().int().positive(),
  candidate: CommitId.nullable(),
  /** The commit of the target that it is merged onto; null before the merge is computed. */
  tip: CommitId.nullable(),
  /** Files of the candidate that the target changed as well. */
  overlap: z.array(z.string()),
  /** Why the last try was refused. */
  refusal: z
    .object({ reason: z.string(), message: z.string(), paths: z.array(z.string()) })
    .nullable(),
  since: Instant,
});
export type LandingView = z.infer<typeof LandingView>;

export const LandedView = z.object({
  run: RunId,
  title: z.string(),
  project: z.object({ id: ProjectId, path: z.string() }),
  target: z.string(),
  commit: CommitId,
  at: Instant,
});
export type LandedView = z.infer<typeof LandedView>;

export const Landings = z.object({
  /** In the order in which they land, those that wait for somebody last. */
  items: z.array(LandingView),
  /** The newest merges, newest first. */
  landed: z.array(LandedView),
});
export type Landings = z.infer<typeof Landings>;
