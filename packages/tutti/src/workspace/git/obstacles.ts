/** Files that git does not know and a change would overwrite. git itself spares no ignored ones. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { statOf } from "../stat.ts";
import { fields, type Caller } from "./git.ts";

/** The first such file of a clean work tree at `from`; null when there is none. */
export async function untrackedInTheWay(
  call: Caller,
  root: string,
  step: { readonly from: string; readonly to: string },
): Promise<string | null> {
  const range = ["-r", "-z", "--name-only", "--no-renames", "--diff-filter=A"];
  const added = fields((await call(["diff-tree", ...range, step.from, step.to])).stdout);
  const suspects = added.flatMap((path) => onTheWayTo(root, path) ?? []);
  if (suspects.length === 0) return null;
  const tracked = new Set(fields((await call(["ls-files", "-z"])).stdout));
  for (const path of suspects) {
    const found = firstUntracked(root, path, tracked);
    if (found !== null) return found;
  }
  return null;
}

/** What exists at a path to be, or at a folder above it that is no folder. */
function onTheWayTo(root: string, path: string): string | null {
  const above = dirname(path);
  const blocked = above === "." ? null : fileAbove(root, above);
  if (blocked !== null) return blocked;
  return statOf(join(root, path)) === null ? null : path;
}

function fileAbove(root: string, folder: string): string | null {
  const parts = folder.split("/");
  for (let length = 1; length <= parts.length; length += 1) {
    const path = parts.slice(0, length).join("/");
    const stat = statOf(join(root, path));
    if (stat === null) return null;
    if (!stat.isDirectory()) return path;
  }
  return null;
}

function firstUntracked(root: string, path: string, tracked: ReadonlySet<string>): string | null {
  if (statOf(join(root, path))?.isDirectory() !== true) return tracked.has(path) ? null : path;
  for (const name of readdirSync(join(root, path))) {
    const found = firstUntracked(root, `${path}/${name}`, tracked);
    if (found !== null) return found;
  }
  return null;
}
