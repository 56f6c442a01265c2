/**
 * Brings a clone's branch and index onto a checkpoint, so that its agent sees a clean tree and goes
 * on from there. No git runs in the clone: a pack and the index are made by the host and put in
 * place by file operations that follow no link. Called only while nothing runs in the workspace.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommitId } from "@tutti/protocol";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import { randomBase32 } from "../../platform/ids.ts";
import { statOf } from "../stat.ts";
import { packInto } from "./clone.ts";
import { copyWithAge } from "./copy-with-age.ts";
import { runRefs } from "./refs.ts";
import type { RunGit } from "./run-git.ts";

/** False when the clone's administration is not what it should be; nothing was changed then. */
export async function alignClone(
  work: RunGit,
  { commit, from }: { readonly commit: CommitId; readonly from: CommitId },
): Promise<boolean> {
  const { folders, vault, run } = work;
  const gitFolder = join(folders.tree, ".git");
  const branch = join("refs/heads", runRefs(run).branch);
  const touched = ["", "objects", "objects/pack", "refs", "refs/heads", dirname(branch)];
  if (!touched.every((name) => isPlainFolder(join(gitFolder, name)))) return false;
  const packs = join(folders.host, `pack-${randomBase32(8)}`);
  mkdirSync(packs);
  try {
    await packInto(packs, { vault, commit, base: from });
    for (const name of readdirSync(packs))
      place(join(packs, name), gitFolder, `objects/pack/${name}`);
  } finally {
    rmSync(packs, { recursive: true, force: true });
  }
  place(folders.index, gitFolder, "index");
  replace(join(gitFolder, branch), `${commit}\n`);
  replace(join(gitFolder, "HEAD"), `ref: ${branch}\n`);
  return true;
}

function isPlainFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Copies beside the target and renames: a link of that name is replaced, never followed. */
function place(file: string, gitFolder: string, name: string): void {
  const target = join(gitFolder, name);
  const beside = `${target}.${randomBase32(8)}`;
  copyWithAge(file, beside);
  clear(target);
  renameSync(beside, target);
}

function replace(path: string, content: string): void {
  clear(path);
  writeFileAtomic(path, content, { mode: 0o644, isDurable: false });
}

/** A folder of that name would be in the way of a rename. */
function clear(path: string): void {
  if (isPlainFolder(path)) rmSync(path, { recursive: true });
}
