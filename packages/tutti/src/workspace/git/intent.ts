/** What a merge was about to do, stored before it does it, so that another process can finish it. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommitId, RunId } from "@tutti/protocol";
import { z } from "zod";
import { syncFolder, writeFileAtomic } from "../../platform/atomic-file.ts";

const Intent = z.object({
  run: RunId,
  key: z.string(),
  /** `holding`: only the indexes are held. `moving`: the ref may have moved. */
  phase: z.enum(["holding", "moving"]),
  /** Git folders of the work trees whose indexes are held. */
  held: z.array(z.string()),
  /** Full name of the ref in the user's repository. */
  ref: z.string(),
  /** `null`: the ref did not exist. */
  from: CommitId.nullable(),
  to: CommitId,
});
export type Intent = z.infer<typeof Intent>;

const SUFFIX = ".json";
const fileOf = (folder: string, key: string): string => join(folder, `${key}${SUFFIX}`);

export function readIntent(folder: string, key: string): Intent | null {
  const file = fileOf(folder, key);
  if (!existsSync(file)) return null;
  return Intent.parse(JSON.parse(readFileSync(file, "utf8")));
}

export function readIntents(folder: string): readonly Intent[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => readIntent(folder, name.slice(0, -SUFFIX.length)) ?? []);
}

export function storeIntent(folder: string, intent: Intent): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomic(fileOf(folder, intent.key), JSON.stringify(intent));
}

export function clearIntent(folder: string, key: string): void {
  rmSync(fileOf(folder, key), { force: true });
  if (existsSync(folder)) syncFolder(folder);
}
