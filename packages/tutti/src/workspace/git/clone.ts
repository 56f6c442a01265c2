/**
 * Private clones. A clone borrows the user's objects through alternates, gets its own copy of the
 * few objects that only the vault has, and knows no remote. It is built beside its place by plain
 * file operations and one checkout with Tutti's configuration, then renamed: it is there as a whole
 * or not at all. Its configuration, hooks and alternates are read-only inside the fence.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TuttiError, type CommitId } from "@tutti/protocol";
import { copyWithAge } from "./copy-with-age.ts";
import { quote, type Git } from "./git.ts";
import type { Identity, Source } from "./source.ts";
import { borrow, repositoryFormat, type Vault } from "./vault.ts";

export type ClonePlan = {
  readonly source: Source;
  readonly vault: Vault;
  readonly commit: CommitId;
  /** Commit whose objects lie in the user's store; only what `commit` adds to it is copied. */
  readonly base: CommitId;
  readonly branch: string;
  /** Lines for `.git/info/exclude`. */
  readonly exclude: readonly string[];
  readonly signal?: AbortSignal;
};

/** Author of what Tutti commits when the user never said who they are. */
export const OWN_IDENTITY: Identity = { name: "Tutti", email: "tutti@localhost" };

/** Fills an empty or absent folder. A half-made one is made afresh. */
export async function buildClone(git: Git, folder: string, plan: ClonePlan): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await buildGitFolder(join(folder, ".git"), plan);
  await checkOut(git, folder, plan);
}

/** Everything but the index and the files. */
export async function buildGitFolder(gitFolder: string, plan: ClonePlan): Promise<void> {
  for (const name of FOLDERS) mkdirSync(join(gitFolder, name), { recursive: true });
  writeFileSync(join(gitFolder, "config"), cloneConfig(plan.source));
  writeFileSync(join(gitFolder, "info/exclude"), plan.exclude.map((line) => `${line}\n`).join(""));
  borrow(gitFolder, plan.source);
  if (plan.commit !== plan.base) await copyObjects(gitFolder, plan);
  pointBranch(gitFolder, plan);
}

const FOLDERS = ["objects/info", "objects/pack", "refs/heads/tutti", "refs/tags", "info", "hooks"];

/** The whole configuration of a clone. Nobody but Tutti writes it. */
export function cloneConfig(source: Source): string {
  const identity = source.identity ?? OWN_IDENTITY;
  return `${repositoryFormat(source, { isBare: false })}[core]
\tlogallrefupdates = true
[user]
\tname = ${quote(identity.name)}
\temail = ${quote(identity.email)}
[gc]
\tauto = 0
[maintenance]
\tauto = false
[commit]
\tgpgSign = false
`;
}

/** Writes a pack of what the vault has and the user's store has not. */
async function copyObjects(gitFolder: string, plan: ClonePlan): Promise<void> {
  const { vault, commit, base, signal } = plan;
  await packInto(join(gitFolder, "objects/pack"), { vault, commit, base, signal });
}

/** One pack in `folder` with the objects of `base..commit` that lie in the vault itself. */
export async function packInto(
  folder: string,
  plan: Pick<ClonePlan, "vault" | "commit" | "base"> & {
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  await plan.vault.call(
    [
      "pack-objects",
      "-q",
      "--revs",
      "--local",
      "--non-empty",
      "--delta-base-offset",
      join(folder, "pack"),
    ],
    {
      stdin: `${plan.commit}\n^${plan.base}\n`,
      ...(plan.signal === undefined ? {} : { signal: plan.signal }),
    },
  );
}

function pointBranch(gitFolder: string, { branch, commit }: ClonePlan): void {
  const ref = join(gitFolder, "refs/heads", branch);
  mkdirSync(dirname(ref), { recursive: true });
  writeFileSync(ref, `${commit}\n`);
  writeFileSync(join(gitFolder, "HEAD"), `ref: refs/heads/${branch}\n`);
}

async function checkOut(git: Git, folder: string, plan: ClonePlan): Promise<void> {
  const gitDir = join(folder, ".git");
  const out = await git.call(["read-tree", "-m", "-u", plan.commit], {
    gitDir,
    workTree: folder,
    indexFile: join(gitDir, "index"),
    accept: [128],
    ...(plan.signal === undefined ? {} : { signal: plan.signal }),
  });
  if (out.code === 0) return;
  const words = out.stderr.trim();
  const isFull = /No space left|quota exceeded/iu.test(words);
  if (isFull || (/unable to write/u.test(words) && (await isTooLarge(git, folder, plan)))) {
    throw new TuttiError("disk.full", words, { retry: "later" });
  }
  throw new TuttiError(
    "repository.incomplete",
    `The files of ${plan.commit.slice(0, 12)} could not be written from ${plan.source.root}: ${words.slice(0, 1000)}`,
    { facts: { commit: plan.commit } },
  );
}

/** git does not say why it could not write a file: whether all of them have room tells. */
async function isTooLarge(git: Git, folder: string, plan: ClonePlan): Promise<boolean> {
  const out = await git.call(["ls-tree", "-r", "-l", "--full-tree", plan.commit], {
    gitDir: join(folder, ".git"),
    accept: [128],
  });
  const sizes = out.stdout
    .split("\n")
    .map((row) => Number(/^\S+ blob \S+ +(\d+)\t/u.exec(row)?.[1] ?? 0));
  const { bavail, bsize } = await statfs(folder);
  return out.code === 0 && bavail * bsize < sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Puts a finished tree into its place and keeps a copy of its index for the host. */
export function settleClone(from: string, to: string, hostIndex: string | null): void {
  if (hostIndex !== null) copyWithAge(join(from, ".git/index"), hostIndex);
  renameSync(from, to);
}
