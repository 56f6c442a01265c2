/** What the host remembers of a run's workspace, so that it can be recovered without the store. */
import { existsSync, readFileSync } from "node:fs";
import { Candidate, Policy, RunId } from "@tutti/protocol";
import { z } from "zod";

const RunRecord = z.object({
  run: RunId,
  /** Tree of the preparation whose dependency folders the author's tree has copies of. */
  prepared: z.string().nullable(),
  spec: z.object({ run: RunId, project: z.string(), base: Candidate, policy: Policy }),
  facts: z.array(z.string()),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** Null when there is none, or none that this version can read. */
export function recordOf(path: string): RunRecord | null {
  if (!existsSync(path)) return null;
  const parsed = RunRecord.safeParse(parseJson(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // cut off by a crash
  }
}
