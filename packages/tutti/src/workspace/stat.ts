import { lstatSync, type Stats } from "node:fs";

/** What lies at a path, links not followed; null when nothing does or nothing can. */
export function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null; // ENOENT, ENOTDIR, ELOOP, EACCES: there is nothing to be had
  }
}
