/** Read-only facts of the user's repository, before a run exists. */
import { posix } from "node:path";
import { TuttiError, type Candidate, type CommitId } from "@tutti/protocol";
import type { Repositories } from "../../engine/ports/workspaces.ts";
import { fields, type Caller, type Git } from "./git.ts";
import { findCommit, isAncestor } from "./refs.ts";
import { inSource, openSource } from "./source.ts";
import type { SourceCache } from "./source-cache.ts";

/** Of one file read from a commit. */
const FILE_MAX_BYTES = 4 << 20;
/** Changed files that are named; a tree with more is just as dirty. */
const DIRTY_MAX = 1000;
/** Branches that are listed. */
const BRANCHES_MAX = 300;

/** `sources`: may remember what it was told, because reading objects and refs runs no filter. */
export function createRepositories(
  git: Git,
  sources: SourceCache = (path) => openSource(git, path),
): Repositories {
  const callIn = async (root: string): Promise<Caller> => inSource(git, await sources(root));
  return {
    open: async (path) => {
      await git.requireVersion();
      await git.refreshTrust();
      const source = await openSource(git, path);
      const call = inSource(git, source);
      if ((await findCommit(call, "HEAD")) === null) {
        throw new TuttiError("repository.no-commits", `${source.root} has no commit yet.`);
      }
      const head = await call(["symbolic-ref", "--quiet", "HEAD"], { accept: [1] });
      // Shortened here: git's own short name is another where a tag has the same name.
      const branch = head.code === 0 ? head.stdout.trim().replace(/^refs\/heads\//u, "") : null;
      return { root: source.root, branch, dirty: await dirtyFiles(call) };
    },
    resolve: async (root, ref) => resolveCommit(await callIn(root), root, ref),
    readFile: async (root, commit, path) => readBlob(await callIn(root), commit, path),
    listFiles: async (root, commit, folder) => {
      const call = await callIn(root);
      const below = posix.normalize(`${folder}/`).replace(/^(?:\.\/|\/)+/u, "");
      const out = await call(
        [
          "ls-tree",
          "-r",
          "-z",
          "--name-only",
          "--full-tree",
          commit,
          "--",
          ...below.split("\0", 1).filter(Boolean),
        ],
        { accept: [128] },
      );
      return fields(out.stdout);
    },
    contains: async (root, pair) =>
      isAncestor(await callIn(root), { ancestor: pair.commit, of: pair.in }),
    branches: async (root) => branchesIn(await callIn(root)),
    follows: async (root, branch) => {
      const call = await callIn(root);
      const ref = `refs/heads/${branch}`;
      const out = await call(["for-each-ref", "--format=%(refname)%00%(upstream)", ref]);
      const row = out.stdout.split("\n").find((line) => line.startsWith(`${ref}\0`));
      return row?.split("\0")[1]?.startsWith("refs/remotes/") === true;
    },
  };
}

/** By their full names: git's short one is another where a tag has the same name. */
async function branchesIn(call: Caller): Promise<readonly string[]> {
  const out = await call([
    "for-each-ref",
    "--sort=-committerdate",
    `--count=${BRANCHES_MAX}`,
    "--format=%(refname)",
    "refs/heads",
  ]);
  const refs = out.stdout.split("\n").filter((ref) => ref !== "");
  return refs.map((ref) => ref.slice("refs/heads/".length));
}

/** Tracked files that differ from the commit, and untracked ones, at most DIRTY_MAX. */
async function dirtyFiles(call: Caller): Promise<readonly string[]> {
  const out = await call(
    [
      "status",
      "--porcelain=v1",
      "-z",
      "--no-renames",
      "--untracked-files=normal",
      "--ignore-submodules=all",
    ],
    { isCut: true, maxOutputBytes: 1 << 20 },
  );
  return fields(out.stdout)
    .slice(0, DIRTY_MAX)
    .map((row) => row.slice(3));
}

async function resolveCommit(call: Caller, root: string, ref: string): Promise<Candidate> {
  const found = await findCommit(call, ref).catch((cause: unknown) => {
    // Some names git does not look up but refuses: `@{upstream}` where there is none.
    if (!(cause instanceof TuttiError) || cause.code !== "git.failed") throw cause;
    const why = `${root} has no commit named ${ref}: ${cause.message}`;
    throw new TuttiError("repository.ref", why, { facts: { ref }, cause });
  });
  if (found !== null) return found;
  throw new TuttiError("repository.ref", `${root} has no commit named ${ref}.`, {
    facts: { ref },
  });
}

async function readBlob(call: Caller, commit: CommitId, path: string): Promise<string | null> {
  const entry = await call(["ls-tree", "-z", "--full-tree", commit, "--", path]);
  const [meta] = fields(entry.stdout).filter((row) => row.endsWith(`\t${path}`));
  const [, type, id] = meta?.split("\t")[0]?.split(" ") ?? [];
  if (type !== "blob" || id === undefined) return null;
  const out = await call(["cat-file", "blob", id], { maxOutputBytes: FILE_MAX_BYTES });
  return out.stdout;
}
