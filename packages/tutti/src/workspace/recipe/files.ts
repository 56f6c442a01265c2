/** Untracked files of the user's checkout that a workspace needs: copied in, or bound read-only. */
import { cpSync, existsSync, globSync, lstatSync, realpathSync, writeFileSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import { TuttiError, type RecipeConfig } from "@tutti/protocol";
import { isWithin } from "../../platform/shown-path.ts";
import { boundSockets, refuseSpeaking } from "../../platform/shown-sockets.ts";
import { statOf } from "../stat.ts";
import { makeFolders, makeParents } from "./plain-path.ts";
import type { Mount } from "../../engine/ports/place.ts";

/** Files one recipe may copy. */
const COPY_MAX_FILES = 10_000;

/** A relative path that stays inside, without `.git`; throws `config.invalid`. */
export function insidePath(path: string, field: string): string {
  const plain = normalize(path).replace(/\/+$/u, "");
  const parts = plain.split(sep);
  if (
    path === "" ||
    plain === "." ||
    isAbsolute(path) ||
    parts.includes("..") ||
    parts[0] === ".git"
  ) {
    throw new TuttiError(
      "config.invalid",
      `recipe.${field}: ${JSON.stringify(path)} is not a path inside the repository.`,
    );
  }
  return plain;
}

/** Copies what the globs match and the tree does not have. Returns the paths that were copied. */
export function copyFiles(project: string, tree: string, globs: readonly string[]): string[] {
  const patterns = globs.map((glob) => insidePath(glob, "copy"));
  if (patterns.length === 0) return [];
  const copied: string[] = [];
  for (const path of globSync(patterns, { cwd: project, exclude: isGitFolder })) {
    const plain = insidePath(path, "copy");
    const to = join(tree, plain);
    if (statOf(to) !== null) continue;
    if (!staysInside(project, plain)) continue;
    if (copied.length >= COPY_MAX_FILES) {
      throw new TuttiError(
        "config.invalid",
        `recipe.copy matches more than ${COPY_MAX_FILES} files. Name folders instead.`,
      );
    }
    if (!makeParents(tree, plain)) continue;
    cpSync(join(project, plain), to, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
    copied.push(plain);
  }
  return copied;
}

const isGitFolder = (name: string): boolean => name === ".git" || name.startsWith(".git/");

/** A link in the checkout may lead out of it; what it leads to was not asked for. */
function staysInside(project: string, path: string): boolean {
  const real = realpathSync(join(project, path));
  return isWithin(real, realpathSync(project));
}

/** Read-only mounts for `recipe.link`, with a mount point in the tree where it is missing. */
export function linkMounts(project: string, tree: string, recipe: RecipeConfig): Mount[] {
  const bound = recipe.link.length === 0 ? [] : boundSockets();
  return recipe.link.map((path) => {
    const plain = insidePath(path, "link");
    const source = join(project, plain);
    if (!existsSync(source)) {
      throw new TuttiError("config.invalid", `recipe.link: ${plain} is not in ${project}.`);
    }
    if (!staysInside(project, plain)) {
      throw new TuttiError("config.invalid", `recipe.link: ${plain} leads out of ${project}.`);
    }
    const real = realpathSync(source);
    const speaking = refuseSpeaking(real, bound);
    if (speaking !== null) {
      throw new TuttiError("config.invalid", `recipe.link: ${plain} ${speaking}.`);
    }
    makeMountPoint(tree, plain, lstatSync(real).isDirectory());
    return { source: real, target: join(tree, plain), access: "read-only" };
  });
}

function makeMountPoint(tree: string, path: string, isFolder: boolean): void {
  const target = join(tree, path);
  const isPlain = isFolder ? makeFolders(tree, path) : makeParents(tree, path);
  const stat = statOf(target);
  if (isPlain && !isFolder && stat === null) writeFileSync(target, "", { flag: "wx" });
  if (isPlain && stat?.isSymbolicLink() !== true) return;
  throw new TuttiError("sandbox.path", `${target} leads out of the workspace.`);
}

/** Ignore lines for what the recipe brings: none of it may get into a commit. */
export function ignoreLines(paths: readonly string[]): string[] {
  return paths
    .filter((path) => !path.includes("\n"))
    .map((path) => `/${path.replaceAll(/[\\*?[\]!# ]/gu, String.raw`\$&`)}`);
}
