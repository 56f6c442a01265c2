/**
 * The landing: what the target would be after the merge, as a two-parent commit made without any
 * work tree. Its dates are given, so the same tip and candidate always make the same commit.
 */
import { CommitId, TreeId, type Candidate, type EffectId } from "@tutti/protocol";
import type { Landing } from "../../engine/ports/workspaces.ts";
import { fields } from "./git.ts";
import { changedNames, changeRefs, readRefs, runRefs } from "./refs.ts";
import { identityOf, signature, type RunGit } from "./run-git.ts";
import { inSource } from "./source.ts";

export type LandingOptions = {
  readonly key: EffectId;
  /** Branch of the user's repository. */
  readonly target: string;
  readonly candidate: Candidate;
  readonly trailers: readonly string[];
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/**
 * `tip` is null when the target does not exist yet: the landing is the candidate itself then. The
 * tip is pinned in the user's repository until the run is disposed of.
 */
export async function prepareLanding(work: RunGit, options: LandingOptions): Promise<Landing> {
  const { git, vault, source } = work;
  const refs = runRefs(work.run);
  const inUser = inSource(git, source);
  const targetRef = `refs/heads/${options.target}`;
  const tip = (await readRefs(inUser, [targetRef])).get(targetRef);
  const { candidate } = options;
  if (tip === undefined) {
    await changeRefs(vault.call, [{ ref: refs.landing(options.key), to: candidate.commit }]);
    return { kind: "prepared", tip: null, landing: candidate, overlap: [] };
  }
  await changeRefs(inUser, [{ ref: refs.tip, to: tip }]);
  const merged = await mergeTrees(work, { tip, candidate: candidate.commit });
  if (merged.kind === "conflict") return { kind: "conflict", tip, paths: merged.paths };
  const commit = await commitLanding(work, { tip, tree: merged.tree, options });
  await changeRefs(vault.call, [{ ref: refs.landing(options.key), to: commit }]);
  const overlap = await overlapOf(work, { tip, candidate: candidate.commit });
  return { kind: "prepared", tip, landing: { commit, tree: merged.tree }, overlap };
}

/** The same computation for people to look at: no ref is made, and nothing is kept. */
export async function conflictsWith(
  work: RunGit,
  { target, commit }: { readonly target: string; readonly commit: CommitId },
): Promise<{ readonly tip: CommitId | null; readonly paths: readonly string[] }> {
  const ref = `refs/heads/${target}`;
  const tip = (await readRefs(inSource(work.git, work.source), [ref])).get(ref) ?? null;
  if (tip === null) return { tip, paths: [] };
  const merged = await mergeTrees(work, { tip, candidate: commit });
  return { tip, paths: merged.kind === "conflict" ? merged.paths : [] };
}

type Merged =
  | { readonly kind: "merged"; readonly tree: TreeId }
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

async function mergeTrees(
  { vault }: RunGit,
  { tip, candidate }: { readonly tip: CommitId; readonly candidate: CommitId },
): Promise<Merged> {
  const out = await vault.call(
    ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", tip, candidate],
    { accept: [1] },
  );
  const [tree = "", ...paths] = fields(out.stdout);
  if (out.code === 1) return { kind: "conflict", paths: [...new Set(paths)].filter(Boolean) };
  return { kind: "merged", tree: TreeId.parse(tree) };
}

async function commitLanding(
  { vault, source }: RunGit,
  plan: { readonly tip: CommitId; readonly tree: TreeId; readonly options: LandingOptions },
): Promise<CommitId> {
  const { title, trailers, candidate, at } = plan.options;
  const person = identityOf(source);
  const lines = trailers.map((line) => `${line.replaceAll(/\s+/gu, " ").trim()}\n`).join("");
  const out = await vault.call(["commit-tree", "-p", plan.tip, "-p", candidate.commit, plan.tree], {
    env: signature(person, person, at),
    stdin: `${title.trim()}\n${lines === "" ? "" : `\n${lines}`}`,
  });
  return CommitId.parse(out.stdout.trim());
}

/** Files that the target gained since the two went apart and that the candidate changed too. */
async function overlapOf(
  { vault, base }: RunGit,
  { tip, candidate }: { readonly tip: CommitId; readonly candidate: CommitId },
): Promise<readonly string[]> {
  if (tip === base) return [];
  const out = await vault.call(["merge-base", tip, candidate], { accept: [1] });
  const from = out.stdout.trim() || base;
  const gained = new Set(await changedNames(vault.call, { from, to: tip }));
  const changed = await changedNames(vault.call, { from, to: candidate });
  return changed.filter((path) => gained.has(path));
}
