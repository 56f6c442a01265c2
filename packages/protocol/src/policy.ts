/** The effective rules of one run, taken from the target commit when it starts and pinned by hash. */
import { z } from "zod";
import { ProjectConfig } from "./config.ts";
import { CommitId, Sha256 } from "./ids.ts";

export const Isolation = z.enum(["sandbox", "none"]);
export type Isolation = z.infer<typeof Isolation>;

export const Policy = z.object({
  config: ProjectConfig,
  isolation: Isolation,
  /** Commit that `.tutti/**` was read from. */
  readFrom: CommitId,
  hash: Sha256,
});
export type Policy = z.infer<typeof Policy>;

export const Target = z.object({
  branch: z.string().min(1),
  to: z.enum(["target", "branch"]),
});
export type Target = z.infer<typeof Target>;
