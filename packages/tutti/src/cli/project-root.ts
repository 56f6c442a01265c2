/** The work tree a folder is in: the nearest folder above it with a `.git` entry. No git is run. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** `null` outside of every work tree. */
export function projectRoot(folder: string): string | null {
  let present = folder;
  for (;;) {
    if (existsSync(join(present, ".git"))) return realpathSync(present);
    const above = dirname(present);
    if (above === present) return null;
    present = above;
  }
}
