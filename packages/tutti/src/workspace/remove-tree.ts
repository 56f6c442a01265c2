import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Times a removal is tried while something still writes there. */
const REMOVE_RETRIES = 5;
const REMOVE_PAUSE_MS = 20;

/** Removes a folder that others wrote, also where they took the right to do so away. */
export async function removeTree(path: string): Promise<void> {
  const options = {
    recursive: true,
    force: true,
    maxRetries: REMOVE_RETRIES,
    retryDelay: REMOVE_PAUSE_MS,
  };
  try {
    await rm(path, options);
  } catch (error) {
    if (!isDenied(error)) throw error;
    await openUp(path);
    await rm(path, options);
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E(?:ACCES|PERM)$/u.test(String(error.code));
}

async function openUp(folder: string): Promise<void> {
  const stat = await lstat(folder);
  if (!stat.isDirectory()) return;
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
  }
}
