/** A diff of two commits as text and as a list of files, computed in the vault. */
import type { CommitId } from "@tutti/protocol";
import type { ChangedFile, Diff } from "../../engine/ports/workspaces.ts";
import { fields } from "./git.ts";
import type { RunGit } from "./run-git.ts";
import { unnamedPatch } from "./unnamed.ts";

/** Of the patch text of all files. */
const DIFF_MAX_BYTES = 4 << 20;
/** Of the patch text where files are named: a person asked for exactly these. */
const FILE_PATCH_MAX_BYTES = 24 << 20;
/** Of the lines of one file that are searched for what a merge left. */
const MARKED_PATCH_MAX_BYTES = 64 << 20;
/** Renames are searched among at most this many files. */
const RENAME_LIMIT = 1000;

export const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color", `-l${RENAME_LIMIT}`] as const;

export async function diffCommits(
  { vault }: Pick<RunGit, "vault">,
  options: {
    readonly from: CommitId;
    readonly to: CommitId;
    readonly maxBytes?: number;
    readonly paths?: readonly string[];
  },
): Promise<Diff> {
  const { from, to, paths = [] } = options;
  const { maxBytes = paths.length === 0 ? DIFF_MAX_BYTES : FILE_PATCH_MAX_BYTES } = options;
  // The door to git switches pathspec patterns off, so a name is that name.
  const only = paths.length === 0 ? [] : ["--", ...paths];
  const listed = await vault.call([
    "diff-tree",
    "-r",
    "-M",
    "-z",
    "--name-status",
    ...PLAIN,
    from,
    to,
    ...only,
  ]);
  const text = await vault.call(
    ["diff-tree", "-r", "-M", "-p", "--full-index", ...PLAIN, from, to, ...only],
    {
      maxOutputBytes: maxBytes,
      isCut: true,
    },
  );
  const patch = text.isCut ? text.stdout.slice(0, text.stdout.lastIndexOf("\n") + 1) : text.stdout;
  const files = filesOf(fields(listed.stdout));
  const more = await unnamedPatch({ vault }, { from, to, paths, flags: PLAIN, maxBytes });
  return { patch: patch + more.text, files, truncated: text.isCut || more.isCut };
}

function filesOf(parts: readonly string[]): Diff["files"] {
  const files: Diff["files"][number][] = [];
  let at = 0;
  const next = (): string => parts[at++] ?? "";
  while (at < parts.length) {
    const letter = next().charAt(0);
    const first = next();
    if (letter === "R" || letter === "C") {
      files.push({ path: next(), status: "renamed", from: first });
    } else if (letter === "A") files.push({ path: first, status: "added", from: null });
    else if (letter === "D") files.push({ path: first, status: "deleted", from: null });
    else files.push({ path: first, status: "modified", from: null });
  }
  return files;
}

/** Every file with its numbers of lines; git computes no patch text for it. */
export async function changedFiles(
  { vault }: Pick<RunGit, "vault">,
  { from, to }: { readonly from: CommitId; readonly to: CommitId },
): Promise<readonly ChangedFile[]> {
  const list = ["diff-tree", "-r", "-M", "-z", ...PLAIN];
  const listed = await vault.call([...list, "--name-status", from, to]);
  const counted = await vault.call([...list, "--numstat", from, to]);
  const counts = countsOf(fields(counted.stdout));
  return filesOf(fields(listed.stdout)).map((file) => ({
    ...file,
    ...(counts.get(file.path) ?? { added: null, removed: null }),
  }));
}

type Counts = Pick<ChangedFile, "added" | "removed">;

/** `added TAB removed TAB path`, or for a rename an empty path and then the old and the new one. */
function countsOf(parts: readonly string[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (let at = 0; at < parts.length; at += 1) {
    const [added = "", removed = "", ...name] = (parts[at] ?? "").split("\t");
    const isRename = name.join("\t") === "";
    const path = isRename ? (parts[at + 2] ?? "") : name.join("\t");
    if (isRename) at += 2;
    counts.set(path, { added: lines(added), removed: lines(removed) });
  }
  return counts;
}

const lines = (text: string): number | null => (/^\d+$/u.test(text) ? Number(text) : null);

/** Files in which the change adds a line that a merge left behind for a person to resolve. */
export async function filesWithConflictMarkers(
  { vault }: Pick<RunGit, "vault">,
  options: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const { from, to } = options;
  const maxBytes = MARKED_PATCH_MAX_BYTES;
  const search = ["diff-tree", "-r", "-M", "--text", ...PLAIN, "-G^(<<<<<<<|>>>>>>>) "];
  const touched = await vault.call([...search, "-z", "--name-only", from, to]);
  const found: string[] = [];
  for (const path of fields(touched.stdout)) {
    const out = await vault.call([...search, "-p", "-U0", from, to, "--", path], {
      maxOutputBytes: maxBytes,
      isCut: true,
    });
    const flags = ["--text", "-U0", ...PLAIN];
    const more = await unnamedPatch({ vault }, { from, to, paths: [path], flags, maxBytes });
    if (MARKER.test(out.stdout) || MARKER.test(more.text)) found.push(path);
  }
  return found;
}

const MARKER = /^\+(?:<<<<<<<|>>>>>>>) /mu;
