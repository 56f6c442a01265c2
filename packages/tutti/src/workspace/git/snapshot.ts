/**
 * The tree of what a work tree holds, made with Tutti's own git folder and index: whatever the agent
 * wrote under `.git` is not read. No content filter is defined there, so attributes choose none.
 *
 * A repository inside the work tree would become a link to a commit that nobody has. Its files are
 * taken as plain files instead. Links that the base already has (submodules) stay as they are and
 * are never entered: git would run in them with a configuration the agent wrote.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError, TreeId, type Candidate } from "@tutti/protocol";
import { randomBase32 } from "../../platform/ids.ts";
import type { RunFolders } from "../layout.ts";
import { fields, type GitCall } from "./git.ts";
import type { RunGit } from "./run-git.ts";

const NESTED_MAX = 64;
const NESTED_DEPTH_MAX = 4;
const LINK_MODE = "160000";

type Snapshot = {
  readonly work: RunGit;
  /** Of the vault, with the index and the work tree. */
  readonly call: GitCall;
  readonly workTree: string;
  readonly depth: number;
};

/** `start`: the commit whose files count as tracked. `exclude`: a file of ignore lines. */
export async function snapshot(
  work: RunGit,
  { start, exclude }: { readonly start: Candidate; readonly exclude: string },
): Promise<{ readonly tree: TreeId; readonly hasLinks: boolean }> {
  const { folders } = work;
  const call: GitCall = {
    // From elsewhere git would not find the files whose entries are too young to be trusted.
    cwd: folders.tree,
    gitDir: work.vault.folder,
    indexFile: folders.index,
    workTree: folders.tree,
    config: [`core.excludesFile=${exclude}`],
  };
  rmSync(`${folders.index}.lock`, { force: true }); // left by a killed git; the index is ours alone
  const state = takeIndexState(folders);
  const isReady = state?.commit === start.commit;
  if (!isReady) await work.git.call(["read-tree", "-i", "-m", start.commit], call);
  const mayHaveLinks = !isReady || state.hasLinks;
  const { frozen, foreign } = mayHaveLinks
    ? await settleLinks(work, call)
    : { frozen: [], foreign: [] };
  const shot: Snapshot = { work, call, workTree: folders.tree, depth: 0 };
  await addAll(shot, foreign);
  return { tree: await flattened(shot, start.tree), hasLinks: frozen.length > 0 };
}

/** What the host's index is known to hold exactly; saves reading it in again. */
type IndexState = { readonly commit: string; readonly hasLinks: boolean };

const stateFile = (folders: RunFolders): string => join(folders.host, "index-at");

/** To be said only when index and commit hold the same tree. */
export function rememberIndex(folders: RunFolders, { commit, hasLinks }: IndexState): void {
  writeFileSync(stateFile(folders), `${commit} ${String(hasLinks)}`);
}

/** Forgotten at once: what follows changes the index. */
function takeIndexState(folders: RunFolders): IndexState | null {
  const file = stateFile(folders);
  if (!existsSync(file) || !existsSync(folders.index)) return null;
  const [commit = "", hasLinks] = readFileSync(file, "utf8").split(" ");
  rmSync(file);
  return { commit, hasLinks: hasLinks !== "false" };
}

/** Freezes the links of the base and takes every other link out of the index. */
async function settleLinks(
  work: RunGit,
  call: GitCall,
): Promise<{ readonly frozen: string[]; readonly foreign: string[] }> {
  const links = await linksOf(work, ["ls-files", "-s", "-z"], call);
  if (links.length === 0) return { frozen: [], foreign: [] };
  const base = new Set(await linksOf(work, ["ls-tree", "-r", "-z", work.base], call));
  const frozen = links.filter((path) => base.has(path));
  const foreign = links.filter((path) => !base.has(path));
  await updateIndex(work, call, { option: "--skip-worktree", paths: frozen });
  await updateIndex(work, call, { option: "--force-remove", paths: foreign });
  return { frozen, foreign };
}

async function updateIndex(
  work: RunGit,
  call: GitCall,
  change: { readonly option: string; readonly paths: readonly string[] },
): Promise<void> {
  if (change.paths.length === 0) return;
  const stdin = change.paths.map((path) => `${path}\0`).join("");
  await work.git.call(["update-index", change.option, "-z", "--stdin"], { ...call, stdin });
}

async function linksOf(work: RunGit, args: readonly string[], call: GitCall): Promise<string[]> {
  const out = await work.git.call(args, call);
  return fields(out.stdout)
    .filter((row) => row.startsWith(LINK_MODE))
    .map((row) => row.slice(row.indexOf("\t") + 1));
}

/** Adds everything but `nested`, then the files of `nested` under their names. */
async function addAll(shot: Snapshot, nested: readonly string[]): Promise<void> {
  const { work, call } = shot;
  const add = (skipped: readonly string[]) =>
    work.git.call(["add", "-A", "--", ".", ...skipped.map((path) => `:(exclude,literal)${path}`)], {
      ...call,
      env: { GIT_LITERAL_PATHSPECS: "0" },
      accept: [1, 128],
    });
  let skipped = nested;
  let out = await add(skipped);
  if (out.code !== 0 && out.stderr.includes("does not have a commit checked out")) {
    skipped = [...new Set([...nested, ...(await untrackedRepositories(shot))])];
    out = await add(skipped);
  }
  if (out.code !== 0) {
    const words = out.stderr.trim().slice(0, 1000);
    if (/No space left|quota exceeded/iu.test(words)) {
      throw new TuttiError("disk.full", words, { retry: "later" });
    }
    throw new TuttiError("git.failed", `The work tree could not be read: ${words}`, {
      retry: "new-attempt",
    });
  }
  await embed(shot, skipped);
}

async function untrackedRepositories({ work, call }: Snapshot): Promise<string[]> {
  const out = await work.git.call(["ls-files", "-o", "-z", "--exclude-standard"], call);
  return fields(out.stdout)
    .filter((path) => path.endsWith("/"))
    .map((path) => path.slice(0, -1));
}

async function embed(shot: Snapshot, nested: readonly string[]): Promise<void> {
  if (nested.length > NESTED_MAX || (nested.length > 0 && shot.depth >= NESTED_DEPTH_MAX)) {
    throw new TuttiError(
      "git.failed",
      `The work tree holds too many repositories inside it, for example ${nested[0] ?? ""}.`,
      { retry: "new-attempt" },
    );
  }
  for (const path of nested) {
    const tree = await nestedTree(shot, path);
    await shot.work.git.call(["read-tree", `--prefix=${path}/`, tree], shot.call);
  }
}

async function nestedTree(shot: Snapshot, path: string): Promise<TreeId> {
  const { work } = shot;
  const indexFile = join(work.folders.host, `nested-${randomBase32(8)}`);
  const workTree = join(shot.workTree, path);
  const inner: Snapshot = {
    ...shot,
    workTree,
    call: { ...shot.call, indexFile, workTree, cwd: workTree },
    depth: shot.depth + 1,
  };
  try {
    await addAll(inner, []);
    return await flattened(inner, null);
  } finally {
    rmSync(indexFile, { force: true });
  }
}

/** Writes the tree; links that `add` just made are replaced by their files first. */
async function flattened(shot: Snapshot, start: TreeId | null): Promise<TreeId> {
  const { work, call } = shot;
  const write = async (): Promise<TreeId> =>
    TreeId.parse((await work.git.call(["write-tree"], call)).stdout.trim());
  const tree = await write();
  const links = start === tree ? [] : await newLinks(shot, start, tree);
  if (links.length === 0) return tree;
  await updateIndex(work, call, { option: "--force-remove", paths: links });
  await embed(shot, links);
  return write();
}

async function newLinks(
  { work, call }: Snapshot,
  start: TreeId | null,
  tree: TreeId,
): Promise<string[]> {
  if (start === null) return linksOf(work, ["ls-files", "-s", "-z"], call);
  const out = await work.git.call(
    ["diff-tree", "-r", "--raw", "-z", "--no-renames", start, tree],
    call,
  );
  const rows = fields(out.stdout);
  const links: string[] = [];
  for (let at = 0; at + 1 < rows.length; at += 2) {
    const isLink = rows[at]?.split(" ")[1] === LINK_MODE;
    const path = rows[at + 1];
    if (isLink && path !== undefined) links.push(path);
  }
  return links;
}
