/** `GET /runs`: tasks as lists show them. */
import { z } from "zod";
import { Instant, RunId } from "./ids.ts";
import { UsageTotals } from "./usage.ts";

/** `review`: the work is judged. `ready`: nothing but the merge is ahead, or it waits on a branch. */
export const BoardColumn = z.enum(["working", "review", "ready", "done"]);
export type BoardColumn = z.infer<typeof BoardColumn>;

export const RunSummary = z.object({
  id: RunId,
  project: z.string(),
  title: z.string(),
  workflow: z.string(),
  state: z.string(),
  text: z.string(),
  /** Open attention items. */
  attention: z.number().int().nonnegative(),
  startedAt: Instant,
  updatedAt: Instant,
  /** As metered so far; what agents only report themselves is in the run. */
  usage: UsageTotals.optional(),
  column: BoardColumn.optional(),
  /** Of those who wrote it, and of those who were chosen to review it. */
  families: z.object({ authors: z.array(z.string()), reviewers: z.array(z.string()) }).optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const RunPage = z.object({ items: z.array(RunSummary), next: z.string().nullable() });
export type RunPage = z.infer<typeof RunPage>;
