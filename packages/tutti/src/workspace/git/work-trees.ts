/** The user's work trees that have a branch checked out: finding them, judging them, updating them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "@tutti/protocol";
import { fields, type Caller, type Git } from "./git.ts";
import type { HeldIndex, WorkTree } from "./held-index.ts";
import { untrackedInTheWay } from "./obstacles.ts";
import { inSource, type Source } from "./source.ts";
import { acceptWritten } from "./written-files.ts";

type Step = { readonly from: CommitId; readonly to: CommitId };

/** Every existing work tree of the repository that is on `branch` (a full ref name). */
export async function workTreesOn(
  git: Git,
  source: Source,
  branch: string,
): Promise<readonly WorkTree[]> {
  const call = inSource(git, source);
  const out = await call(["worktree", "list", "--porcelain", "-z"]);
  const found: WorkTree[] = [];
  for (const block of out.stdout.split("\0\0")) {
    const rows = fields(block);
    const path = rows.find((row) => row.startsWith("worktree "))?.slice("worktree ".length);
    if (path === undefined || !rows.includes(`branch ${branch}`) || !existsSync(path)) continue;
    if (path === source.root) found.push({ path, gitDir: source.gitDir });
    else {
      const asked = await call(["rev-parse", "--absolute-git-dir"], { cwd: path });
      found.push({ path, gitDir: asked.stdout.trimEnd() });
    }
  }
  return found;
}

/** The git folder in which a rebase of the branch (a full ref name) is under way; null when none is. */
export function rebaseOf({ commonDir }: Source, branch: string): string | null {
  const linked = join(commonDir, "worktrees");
  const names = existsSync(linked) ? readdirSync(linked) : [];
  const folders = [commonDir, ...names.map((name) => join(linked, name))];
  const isRebased = (folder: string): boolean =>
    ["rebase-merge/head-name", "rebase-apply/head-name"]
      .map((name) => join(folder, name))
      .some((file) => existsSync(file) && readFileSync(file, "utf8").trim() === branch);
  return folders.find(isRebased) ?? null;
}

const caller =
  (git: Git, source: Source, { tree, file }: HeldIndex): Caller =>
  (args, more) =>
    inSource(git, source)(args, {
      cwd: tree.path,
      gitDir: tree.gitDir,
      workTree: tree.path,
      indexFile: file,
      accept: [1, 128],
      ...more,
    });

/** Why the work tree cannot be brought to `step.to`; null when it can. */
export async function whyNotClean(
  git: Git,
  source: Source,
  { held, step }: { readonly held: HeldIndex; readonly step: Step },
): Promise<string | null> {
  const call = caller(git, source, held);
  const status = await call([
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=no",
    "--ignore-submodules=all",
  ]);
  if (status.code !== 0) return status.stderr.trim();
  const changed = fields(status.stdout).map((row) => row.slice(3));
  if (changed.length > 0) {
    const more = changed.length > 3 ? ` and ${changed.length - 3} more` : "";
    return `${held.tree.path} has changes that are not committed: ${changed.slice(0, 3).join(", ")}${more}.`;
  }
  const inTheWay = await untrackedInTheWay(call, held.tree.path, step);
  if (inTheWay !== null) {
    return `${held.tree.path} has an untracked file that the merge would overwrite: ${inTheWay}`;
  }
  const trial = await call(["read-tree", "-n", "-m", "-u", step.from, step.to]);
  if (trial.code === 0) return null;
  return `${held.tree.path} has files that the merge would overwrite: ${trial.stderr.trim().slice(0, 500)}`;
}

/** Brings index and files from one commit to the other; null, or why git refused. */
export async function updateWorkTree(
  git: Git,
  source: Source,
  {
    held,
    step,
    isResumed,
  }: { readonly held: HeldIndex; readonly step: Step; readonly isResumed: boolean },
): Promise<string | null> {
  const call = caller(git, source, held);
  if (isResumed) await acceptWritten(call, held.tree.path, step);
  const out = await call(["read-tree", "-m", "-u", step.from, step.to]);
  if (out.code !== 0) return out.stderr.trim();
  held.replace();
  return null;
}
