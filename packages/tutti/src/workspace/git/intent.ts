/** What a merge was about to do, stored before it does it, so that another process can finish it. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommitId } from "@tutti/protocol";
import { z } from "zod";
import { syncFolder, writeFileAtomic } from "../../platform/atomic-file.ts";

const Intent = z.object({
  key: z.string(),
  /** Full name of the ref in the user's repository. */
  ref: z.string(),
  /** `null`: the ref did not exist. */
  from: CommitId.nullable(),
  to: CommitId,
});
export type Intent = z.infer<typeof Intent>;

const fileOf = (folder: string, key: string): string => join(folder, `${key}.json`);

export function readIntent(folder: string, key: string): Intent | null {
  const file = fileOf(folder, key);
  if (!existsSync(file)) return null;
  return Intent.parse(JSON.parse(readFileSync(file, "utf8")));
}

export function storeIntent(folder: string, intent: Intent): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomic(fileOf(folder, intent.key), JSON.stringify(intent));
}

export function clearIntent(folder: string, key: string): void {
  rmSync(fileOf(folder, key), { force: true });
  if (existsSync(folder)) syncFolder(folder);
}
