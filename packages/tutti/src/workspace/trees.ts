/** Making work trees usable: a clone with its dependency folders and the recipe's files. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "@tutti/protocol";
import type { EgressAnswers } from "../engine/ports/sandbox.ts";
import type { RunSource } from "../engine/ports/workspaces.ts";
import { copyWithAge } from "./git/copy-with-age.ts";
import { buildClone, buildGitFolder, settleClone } from "./git/clone.ts";
import type { RunGit } from "./git/run-git.ts";
import { listTree } from "./git/tree.ts";
import { readRefs, runRefs } from "./git/refs.ts";
import { inSource } from "./git/source.ts";
import { rememberIndex } from "./git/snapshot.ts";
import { placeOf } from "./places.ts";
import { copyDependencies } from "./recipe/dependencies.ts";
import { copyFiles, ignoreLines, insidePath } from "./recipe/files.ts";
import { manifestHash, preparationKey, toolchainHash } from "./recipe/key.ts";
import type { Preparation, Preparations } from "./recipe/preparation.ts";
import { removeTree } from "./remove-tree.ts";
import { EXCLUDE_LINES } from "./sandbox/protected-names.ts";
import { statOf } from "./stat.ts";
import { toolchainOf, type Host } from "./toolchain.ts";

/** One run with everything its operations need. */
export type Work = RunGit & {
  readonly spec: RunSource;
  readonly host: Host;
  readonly placeholders: string;
  readonly preparations: Preparations;
  readonly preparationFolder: string;
};

export type TreeOptions = {
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly egressAnswers?: EgressAnswers;
};

const hasDependencies = ({ spec }: Work): boolean => {
  const { recipe } = spec.policy.config;
  return recipe.setup !== undefined || recipe.dependencies.length > 0;
};

/** The preparation for a commit's manifests; null when the recipe has none. */
export async function prepareFor(
  work: Work,
  commit: CommitId,
  options: TreeOptions,
): Promise<Preparation | null> {
  if (!hasDependencies(work)) return null;
  const { spec, vault, base, host } = work;
  const { recipe, sandbox } = spec.policy.config;
  const hashOf = async (of: string): Promise<string> =>
    manifestHash(await listTree(vault, of), recipe.setup ?? "");
  const manifests = await hashOf(commit);
  const trusted = commit === base ? base : (await trustedCommits(work, hashOf)).get(manifests);
  const key = preparationKey({
    manifests,
    toolchain: toolchainHash(toolchainOf(sandbox.read, host).searchPath),
    recipe,
    untrustedRun: trusted === undefined ? work.run : null,
  });
  return work.preparations.ensure({
    key,
    folder: work.preparationFolder,
    recipe,
    hasScripts: trusted !== undefined,
    // What all runs share comes from a commit of theirs: set-up may read more than the manifests.
    build: (tree) =>
      buildTree(work, tree, { commit: trusted ?? commit, branch: "prepare", prepared: null }),
    placeOf: ({ tree, home, artifacts }) =>
      placeOf({ ...placeBase(work), tree, home, artifacts, prepared: null }),
    owner: `prepare-${work.run}`,
    onOutput: options.onOutput ?? (() => undefined),
    signal: options.signal,
    ...(options.egressAnswers === undefined ? {} : { egressAnswers: options.egressAnswers }),
  });
}

/** Commits that no candidate of this run wrote, by their manifests: the base, and the target's tip. */
async function trustedCommits(
  work: Work,
  hashOf: (commit: string) => Promise<string>,
): Promise<ReadonlyMap<string, CommitId>> {
  const commits = new Map([[await hashOf(work.base), work.base]]);
  const { tip } = runRefs(work.run);
  const found = (await readRefs(inSource(work.git, work.source), [tip])).get(tip);
  if (found !== undefined) commits.set(await hashOf(found), found);
  return commits;
}

/** What every place of a run has in common. */
export const placeBase = ({ spec, source, host, placeholders }: Work) => ({
  policy: spec.policy,
  project: source.root,
  objects: source.objects,
  host,
  placeholders,
});

export type TreePlan = {
  readonly commit: CommitId;
  readonly branch: string;
  readonly prepared: Preparation | null;
  readonly signal?: AbortSignal | undefined;
};

/** Clone, private dependency folders, copied files: all at `tree`, which must not be in use. */
export async function buildTree(work: Work, tree: string, plan: TreePlan): Promise<void> {
  await removeTree(tree);
  try {
    await fillTree(work, tree, plan);
  } catch (error) {
    // At once: on a full disk the failure itself could not be stored beside what is half made.
    await removeTree(tree);
    throw error;
  }
}

async function fillTree(work: Work, tree: string, plan: TreePlan): Promise<void> {
  const { source, vault, base, spec } = work;
  const { recipe } = spec.policy.config;
  await buildClone(work.git, tree, {
    source,
    vault,
    base,
    commit: plan.commit,
    branch: plan.branch,
    exclude: [],
    ...(plan.signal === undefined ? {} : { signal: plan.signal }),
  });
  if (plan.prepared !== null) {
    await copyDependencies(plan.prepared.tree, tree, { recipe, signal: plan.signal });
  }
  const copied = copyFiles(source.root, tree, recipe.copy);
  const lines = [...ownExcludes(source.commonDir), ...recipeLines(work, copied)];
  const text = [...EXCLUDE_LINES, ...lines].map((line) => `${line}\n`).join("");
  writeFileSync(join(tree, ".git/info/exclude"), text);
}

function recipeLines({ spec }: Work, copied: readonly string[]): string[] {
  const { recipe } = spec.policy.config;
  const folders = recipe.dependencies.map((path) => insidePath(path, "dependencies"));
  const links = recipe.link.map((path) => insidePath(path, "link"));
  return ignoreLines([...folders, ...links, ...copied]);
}

/** What the user ignores in this repository alone. */
function ownExcludes(commonDir: string): string[] {
  const file = join(commonDir, "info/exclude");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * Gives the author's tree a new git folder at `commit`, whose files it holds already, in place of
 * one that was tampered with. The files stay as they are.
 */
export async function renewGitFolder(work: Work, commit: CommitId): Promise<void> {
  const { folders, source, vault, base } = work;
  const fresh = join(folders.host, "git.new");
  const old = join(folders.host, "git.old");
  await removeTree(fresh);
  await removeTree(old);
  const lines = existsSync(folders.ignored) ? readFileSync(folders.ignored, "utf8") : "";
  const exclude = [...EXCLUDE_LINES, ...lines.split("\n").filter(Boolean)];
  const { branch } = runRefs(work.run);
  await buildGitFolder(fresh, { source, vault, base, commit, branch, exclude });
  copyWithAge(folders.index, join(fresh, "index"));
  const place = join(folders.tree, ".git");
  if (statOf(place) !== null) renameSync(place, old);
  renameSync(fresh, place);
  await removeTree(old);
}

/** Makes the author's tree at `commit`, in place of the one that may be there. */
export async function buildAuthorTree(
  work: Work,
  commit: CommitId,
  { prepared, signal }: Pick<TreePlan, "prepared" | "signal">,
): Promise<void> {
  const { folders } = work;
  mkdirSync(folders.host, { recursive: true, mode: 0o700 });
  const { branch } = runRefs(work.run);
  await buildTree(work, folders.newTree, { commit, branch, prepared, signal });
  const placeholders = new Set(EXCLUDE_LINES);
  const exclude = readFileSync(join(folders.newTree, ".git/info/exclude"), "utf8");
  const lines = exclude.split("\n").filter((line) => line !== "" && !placeholders.has(line));
  writeFileSync(folders.ignored, lines.map((line) => `${line}\n`).join(""));
  const old = `${folders.tree}.old`;
  await removeTree(old);
  if (existsSync(folders.tree)) renameSync(folders.tree, old);
  settleClone(folders.newTree, folders.tree, folders.index);
  rememberIndex(folders, { commit, hasLinks: true });
  await removeTree(old);
}
