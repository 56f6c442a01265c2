/** Paths in a tree that an agent may have written: a link on the way would lead somewhere else. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { statOf } from "../stat.ts";

/** Makes the folders above `path` inside `root`; false when something else than a folder is there. */
export function makeParents(root: string, path: string): boolean {
  const above = dirname(path);
  return above === "." || makeFolders(root, above);
}

/** Makes `path` inside `root`, one folder after the other; false when a link or file is in the way. */
export function makeFolders(root: string, path: string): boolean {
  let at = root;
  for (const part of path.split("/")) {
    at = join(at, part);
    const stat = statOf(at);
    if (stat === null) mkdirSync(at);
    else if (!stat.isDirectory()) return false;
  }
  return true;
}
