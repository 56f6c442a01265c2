/**
 * Paths inside a tree that agents write. Nothing here follows a symbolic link: a link anywhere on
 * the way is a refusal, wherever it points.
 */
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";

/** Of one name in a path, as file systems have it. */
const NAME_MAX_BYTES = 255;

/** Why a relative path may not be used, or null. Pure. */
export function pathProblem(path: string): string | null {
  const parts = path.split("/");
  if (path.startsWith("/") || path.includes("\\") || path.includes("\0")) return "is not relative";
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "is not plain";
  if (parts.some((part) => part.toLowerCase() === ".git")) return "lies in .git";
  if (parts.some((part) => Buffer.byteLength(part) > NAME_MAX_BYTES)) return "has too long a name";
  return null;
}

/**
 * Writes a file, with its folders. Returns why it may not, or null. Throws TuttiError `disk.full`.
 */
export async function writeInside(
  root: string,
  path: string,
  content: string,
): Promise<string | null> {
  const problem = pathProblem(path);
  if (problem !== null) return problem;
  try {
    return await replaceFile(root, path, content);
  } catch (error) {
    if (isCode(error, "ENOSPC") || isCode(error, "EDQUOT")) {
      const message = `No space is left to write ${path}.`;
      throw new TuttiError("disk.full", message, { retry: "later", cause: error });
    }
    if (error instanceof Error && "code" in error) return `cannot be written: ${error.message}`;
    throw error;
  }
}

async function replaceFile(root: string, path: string, content: string): Promise<string | null> {
  const problem = await makeFolders(root, path.split("/").slice(0, -1));
  if (problem !== null) return problem;
  const target = join(root, path);
  const present = await kindOf(target);
  if (present === "folder") return "is a folder";
  // A link or a special file is replaced, never written through.
  if (present !== null) await rm(target);
  await using file = await open(
    target,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o644,
  );
  await file.writeFile(content);
  return null;
}

/** The regular files at a path: itself, or those directly in it that end in `suffix`. */
export async function filesInside(
  root: string,
  path: string,
  suffix: string,
): Promise<readonly string[]> {
  const plain = path.replace(/\/+$/u, "").replace(/^(?:\.\/)+/u, "");
  if (pathProblem(plain) !== null || (await hasLink(root, plain))) return [];
  const kind = await kindOf(join(root, plain));
  if (kind === "file") return [plain];
  if (kind !== "folder") return [];
  const names = (await readdir(join(root, plain))).filter((name) => name.endsWith(suffix));
  const files: string[] = [];
  for (const name of names.toSorted()) {
    if ((await kindOf(join(root, plain, name))) === "file") files.push(`${plain}/${name}`);
  }
  return files;
}

/** The text of a file that `filesInside` found; null when it is larger or has changed its kind. */
export async function readInside(
  root: string,
  path: string,
  maxBytes: number,
): Promise<string | null> {
  await using file = await openToRead(join(root, path));
  if (file === null) return null;
  const facts = await file.stat();
  if (!facts.isFile() || facts.size > maxBytes) return null;
  return file.readFile("utf8");
}

async function openToRead(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ELOOP") || isCode(error, "ENXIO")) return null;
    throw error;
  }
}

async function makeFolders(root: string, parts: readonly string[]): Promise<string | null> {
  let folder = root;
  for (const part of parts) {
    folder = join(folder, part);
    const kind = await kindOf(folder);
    if (kind === null) await mkdir(folder);
    else if (kind !== "folder") return "leads through a link or a file";
  }
  return null;
}

async function hasLink(root: string, path: string): Promise<boolean> {
  let at = root;
  for (const part of path.split("/")) {
    at = join(at, part);
    if ((await kindOf(at)) === "link") return true;
  }
  return false;
}

async function kindOf(path: string): Promise<"file" | "folder" | "link" | "special" | null> {
  try {
    const facts = await lstat(path);
    if (facts.isSymbolicLink()) return "link";
    if (facts.isDirectory()) return "folder";
    return facts.isFile() ? "file" : "special";
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
