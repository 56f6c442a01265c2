/** Private copies of the dependency folders: no place can change what another one runs. */
import { cp, lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError, type RecipeConfig } from "@tutti/protocol";
import type { Mount } from "../../engine/ports/place.ts";
import { run } from "../../platform/run-command.ts";
import { statOf } from "../stat.ts";
import { insidePath } from "./files.ts";
import { makeParents } from "./plain-path.ts";

const COPY_TIMEOUT_MS = 600_000;

/** Copies what there is, sharing blocks where the file system can. Returns what is missing. */
export async function copyDependencies(
  from: string,
  to: string,
  { recipe, signal }: { readonly recipe: RecipeConfig; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of recipe.dependencies) {
    const path = insidePath(name, "dependencies");
    const isPossible = (await isFolder(join(from, path))) && makeParents(to, path);
    // A file or link of that name belongs to the commit.
    const isFree = statOf(join(to, path))?.isDirectory() ?? true;
    if (isPossible && isFree) await copyFolder(join(from, path), join(to, path), signal);
    else missing.push(path);
  }
  return missing;
}

async function copyFolder(
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await run("cp", ["-a", "--reflink=auto", "-T", "--", from, to], {
    cwd: "/",
    timeoutMs: COPY_TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (result.code === 0) return;
  if (/No space left|quota exceeded/iu.test(result.stderr)) {
    throw new TuttiError("disk.full", result.stderr.trim(), { retry: "later" });
  }
  // Another cp than GNU's may not know the options.
  await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/**
 * Set-up may write its own folder's path into what it makes (a virtual environment does). So each
 * place sees its copy under that path too.
 */
export async function aliasMounts(
  prepared: string,
  tree: string,
  recipe: RecipeConfig,
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const name of recipe.dependencies) {
    const path = insidePath(name, "dependencies");
    const source = join(tree, path);
    // Behind a link the mount would show whatever the link leads to.
    const isPlain = (await isFolder(source)) && (await realpath(source)) === source;
    if (isPlain) mounts.push({ source, target: join(prepared, path), access: "writable" });
  }
  return mounts;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false; // absent
  }
}
