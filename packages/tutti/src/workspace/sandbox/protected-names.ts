/**
 * Names in a work tree that agents and editors read settings, hooks and servers from. Inside the
 * fence they are read-only, also where they do not exist yet: an absent name is covered by a
 * placeholder, so that nothing can be created under it.
 *
 * A mount needs a mount point: bubblewrap makes an empty file or folder of that name in the work
 * tree on the host. So every name must be excluded through `.git/info/exclude` (`EXCLUDE_LINES`),
 * and the empty leftovers removed when a tree outlives its place (`removeMountPoints`).
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  rmdirSync,
  statSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import type { Mount } from "../../engine/ports/place.ts";
import { writeFileAtomic } from "../../platform/atomic-file.ts";

type Placeholder =
  | { readonly kind: "file"; readonly content: string }
  | { readonly kind: "folder"; readonly files: Readonly<Record<string, string>> };

const emptyFile: Placeholder = { kind: "file", content: "" };
const emptyFolder: Placeholder = { kind: "folder", files: {} };
/** Readers that validate the file want a valid one; an empty object makes one of them warn. */
const noServers: Placeholder = { kind: "file", content: '{"mcpServers":{}}\n' };
const emptyObject: Placeholder = { kind: "file", content: "{}\n" };

/** Path in the work tree → what is seen there when the project has nothing of that name. */
export const PROTECTED_NAMES: Readonly<Record<string, Placeholder>> = {
  ".claude": emptyFolder,
  ".codex": emptyFolder,
  ".gemini": emptyFolder,
  ".cursor": emptyFolder,
  ".vscode": emptyFolder,
  ".idea": emptyFolder,
  ".kimi-code": emptyFolder,
  // OpenCode writes this file at start and ends when it cannot.
  ".opencode": {
    kind: "folder",
    files: { ".gitignore": "node_modules\npackage.json\nbun.lock\n.gitignore\n" },
  },
  ".github/copilot": emptyFolder,
  ".mcp.json": noServers,
  ".envrc": emptyFile,
  ".npmrc": emptyFile,
  ".gitmodules": emptyFile,
  "opencode.json": emptyObject,
  "opencode.jsonc": emptyObject,
};

/** Lines for `.git/info/exclude`; without effect on names the project tracks. */
export const EXCLUDE_LINES: readonly string[] = Object.keys(PROTECTED_NAMES).map(
  (name) => `/${name}`,
);

/** Writes the placeholders below `folder` (a folder of the data directory) where they are missing. */
export function writePlaceholders(folder: string): void {
  for (const [name, placeholder] of Object.entries(PROTECTED_NAMES)) {
    const path = placeholderPath(folder, name);
    const isFolder = placeholder.kind === "folder";
    mkdirSync(isFolder ? path : dirname(path), { recursive: true, mode: 0o755 });
    const files = isFolder ? placeholder.files : { "": placeholder.content };
    for (const [file, content] of Object.entries(files)) {
      const target = join(path, file);
      if (!existsSync(target)) writeFileAtomic(target, content, { mode: 0o644, isDurable: false });
    }
  }
}

const placeholderPath = (folder: string, name: string): string =>
  join(folder, name.replaceAll("/", "-"));

export type Protection = {
  /** To be mounted after the work tree, in this order. */
  readonly mounts: readonly Mount[];
  /**
   * Names that are, or lie behind, a symbolic link of the project's own. A link cannot be mounted
   * over, so only its target is read-only, and changes of the link itself show in the diff alone.
   */
  readonly symlinked: readonly string[];
};

/**
 * Read-only mounts for the protected names of a work tree: what exists is shown as it is, what does
 * not (or is an empty mount point of an earlier place) is covered by its placeholder.
 */
export function protectNames(root: string, placeholders: string): Protection {
  const mounts: Mount[] = [];
  const symlinked: string[] = [];
  for (const name of Object.keys(PROTECTED_NAMES)) {
    const target = join(root, name);
    const parent = dirname(target);
    const parentStat = parent === root ? null : statOf(parent);
    if (parentStat?.isSymbolicLink() === true || statOf(target)?.isSymbolicLink() === true) {
      symlinked.push(name);
      const real = realTargetInside(root, target);
      if (real !== null) mounts.push({ source: real, target: real, access: "read-only" });
      continue;
    }
    if (parentStat?.isFile() === true) {
      mounts.push({ source: parent, target: parent, access: "read-only" });
      continue;
    }
    // A parent that is a mount point itself cannot be renamed away from under the name.
    if (parent !== root) {
      mkdirSync(parent, { recursive: true });
      mounts.push({ source: parent, target: parent, access: "writable" });
    }
    const source = hasContent(target) ? target : placeholderPath(placeholders, name);
    mounts.push({ source, target, access: "read-only" });
  }
  return { mounts, symlinked };
}

/**
 * Mounts that keep a clone's own git administration as Tutti made it, while commits still work:
 * `.git` and its object store become mount points (they cannot be renamed away), configuration,
 * hooks, info and alternates are read-only. Refuses (`sandbox.failed`) a tree without a git folder.
 */
export function protectGitFolder(root: string): readonly Mount[] {
  const git = join(root, ".git");
  const bind = (name: string, access: Mount["access"]): Mount => {
    const path = join(git, name);
    return { source: path, target: path, access };
  };
  if (statOf(git)?.isDirectory() !== true) {
    throw new TuttiError("sandbox.failed", `${git} is not a folder: the clone was tampered with.`, {
      retry: "new-attempt",
    });
  }
  const folders = ["hooks", "info", "objects/info"];
  for (const name of folders) mkdirSync(join(git, name), { recursive: true });
  return [
    bind(".", "writable"),
    bind("objects", "writable"),
    ...["config", ...folders].map((name) => bind(name, "read-only")),
  ];
}

/**
 * What an agent changed about a clone so that git would look elsewhere. To be asked, with nothing
 * running in the place, before host git reads the clone: an absent `commondir` cannot be covered by
 * a placeholder, because git reads every file of that name.
 */
export function gitFolderTampering(root: string): readonly string[] {
  const git = join(root, ".git");
  if (statOf(git)?.isDirectory() !== true) return [`${git} is not a folder`];
  const found: string[] = [];
  for (const path of [join(git, "objects"), join(git, "refs")]) {
    if (statOf(path)?.isDirectory() !== true) found.push(`${path} is not a folder`);
  }
  for (const name of ["commondir", "gitdir", "config.worktree"]) {
    if (statOf(join(git, name)) !== null) found.push(`${join(git, name)} was created`);
  }
  return found;
}

/** Removes the empty files and folders that mounting left behind; what has content stays. */
export function removeMountPoints(root: string): void {
  for (const name of Object.keys(PROTECTED_NAMES)) {
    const target = join(root, name);
    const stat = statOf(target);
    if (stat?.isFile() === true && stat.size === 0) rmSync(target);
    else if (isEmptyFolder(target)) rmdirSync(target);
    const parent = dirname(target);
    if (parent !== root && isEmptyFolder(parent)) rmdirSync(parent);
  }
}

function statOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function isEmptyFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true && readdirSync(path).length === 0;
}

function hasContent(path: string): boolean {
  const stat = statOf(path);
  if (stat === null) return false;
  return stat.isDirectory() ? readdirSync(path).length > 0 : stat.size > 0;
}

/** Where a link leads, when that is inside the work tree and not the tree itself. */
function realTargetInside(root: string, path: string): string | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const real = realpathSync(path);
  return real.startsWith(`${realpathSync(root)}/`) ? real : null;
}
