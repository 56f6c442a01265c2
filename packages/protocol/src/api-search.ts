/** One search over the tasks, and what they found, wrote and changed. */
import { z } from "zod";
import { RunId } from "./ids.ts";

export const MAX_SEARCH_CHARS = 200;
export const MAX_SEARCH_HITS = 100;

export const SearchHit = z.object({
  kind: z.enum(["run", "finding", "artifact", "file"]),
  run: RunId,
  title: z.string(),
  /** A line around what matched. May be text of an agent. */
  detail: z.string(),
  /** Id of the finding, name of the artifact, path of the file; for a run its own id. */
  where: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchResult = z.object({
  /** Newest task first. */
  items: z.array(SearchHit),
  /** There are more than were asked for, or there may be: of the oldest of very many tasks only the titles are looked at. */
  isCut: z.boolean(),
});
export type SearchResult = z.infer<typeof SearchResult>;
