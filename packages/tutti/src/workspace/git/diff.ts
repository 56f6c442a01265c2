/** A diff of two commits as text and as a list of files, computed in the vault. */
import type { CommitId } from "@tutti/protocol";
import type { Diff } from "../../engine/ports/workspaces.ts";
import { fields } from "./git.ts";
import type { RunGit } from "./run-git.ts";

/** Of the patch text. */
const DIFF_MAX_BYTES = 4 << 20;
/** Renames are searched among at most this many files. */
const RENAME_LIMIT = 1000;

const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color", `-l${RENAME_LIMIT}`] as const;

export async function diffCommits(
  { vault }: Pick<RunGit, "vault">,
  options: { readonly from: CommitId; readonly to: CommitId; readonly maxBytes?: number },
): Promise<Diff> {
  const { from, to, maxBytes = DIFF_MAX_BYTES } = options;
  const listed = await vault.call([
    "diff-tree",
    "-r",
    "-M",
    "-z",
    "--name-status",
    ...PLAIN,
    from,
    to,
  ]);
  const text = await vault.call(
    ["diff-tree", "-r", "-M", "-p", "--full-index", ...PLAIN, from, to],
    {
      maxOutputBytes: maxBytes,
      isCut: true,
    },
  );
  const patch = text.isCut ? text.stdout.slice(0, text.stdout.lastIndexOf("\n") + 1) : text.stdout;
  return { patch, files: filesOf(fields(listed.stdout)), truncated: text.isCut };
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

/** Files in which the change adds a line that a merge left behind for a person to resolve. */
export async function filesWithConflictMarkers(
  { vault }: Pick<RunGit, "vault">,
  options: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const { from, to } = options;
  const search = ["diff-tree", "-r", "-M", "--text", ...PLAIN, "-G^(<<<<<<<|>>>>>>>) "];
  const touched = await vault.call([...search, "-z", "--name-only", from, to]);
  const found: string[] = [];
  for (const path of fields(touched.stdout)) {
    const out = await vault.call([...search, "-p", "-U0", from, to, "--", path], {
      isCut: true,
    });
    if (/^\+(?:<<<<<<<|>>>>>>>) /mu.test(out.stdout)) found.push(path);
  }
  return found;
}
