import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { statOf } from "./stat.ts";

/** Times a removal is tried while something still writes there. */
const REMOVE_RETRIES = 5;
const REMOVE_PAUSE_MS = 20;
/** A failed removal of Node's goes on in the background and may meet the next one. */
const ROUNDS_MAX = 5;

/** Removes a folder that others wrote, also where they took the right to do so away. */
export async function removeTree(path: string): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      await rm(path, {
        recursive: true,
        force: true,
        maxRetries: REMOVE_RETRIES,
        retryDelay: REMOVE_PAUSE_MS,
      });
      return;
    } catch (error) {
      if (round === ROUNDS_MAX || !isCode(error, /^E(?:ACCES|PERM|NOTEMPTY)$/u)) throw error;
      await openUp(path);
    }
  }
}

/** Gives the owner every right on every folder; what vanishes meanwhile is not missed. */
async function openUp(folder: string): Promise<void> {
  if (statOf(folder)?.isDirectory() !== true) return;
  try {
    await chmod(folder, 0o700);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await openUp(join(folder, entry.name));
    }
  } catch (error) {
    if (!isCode(error, /^ENOENT$/u)) throw error;
  }
}

function isCode(error: unknown, codes: RegExp): boolean {
  return error instanceof Error && "code" in error && codes.test(String(error.code));
}
