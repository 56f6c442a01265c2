/** Who brought which lines: `git blame` in the vault, over the commits of one run alone. */
import { CommitId, TuttiError } from "@tutti/protocol";
import type { Blame } from "../../engine/ports/workspaces.ts";
import type { RunGit } from "./run-git.ts";
import { unnamedChanges } from "./unnamed.ts";

/** A file that takes longer is told without its writers. */
const BLAME_TIMEOUT_MS = 20_000;

type Range = { readonly from: CommitId; readonly to: CommitId };

export async function blameFile(
  work: Pick<RunGit, "vault">,
  { from, to, path, isGone }: Range & { readonly path: string; readonly isGone: boolean },
  { timeoutMs = BLAME_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Blame> {
  const { vault } = work;
  const range = `${from}..${to}`;
  const [name, ...others] = (await unnamedChanges(work, { from, to, path })).map((one) => one.name);
  // Which of two that are shown under one name is asked about, nobody can say.
  const isShared = others.length > 0;
  const call = (args: readonly string[]) =>
    name === undefined
      ? vault.call([...args, range, "--", path], { timeoutMs })
      : vault.call([...args, range, "--"], { timeoutMs, lastBytes: name });
  try {
    const touched = isShared ? [] : commitsOf((await call(["rev-list", "--reverse"])).stdout);
    if (isGone || isShared) return { lines: [], touched, isLate: false };
    const told = await call(["blame", "--incremental"]);
    return { lines: linesOf(told.stdout), touched, isLate: false };
  } catch (error) {
    if (!(error instanceof TuttiError) || error.facts["ended"] !== "timeout") throw error;
    return { lines: [], touched: [], isLate: true };
  }
}

/**
 * One entry: `commit its-line line count`, then facts of the commit. `boundary` is such a fact: the
 * line was there before the range began, and the run did not write it. Facts are told once a commit.
 */
function linesOf(text: string): Blame["lines"] {
  const entries: { start: number; count: number; commit: string }[] = [];
  const before = new Set<string>();
  let commit = "";
  for (const line of text.split("\n")) {
    const match = /^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$/u.exec(line);
    if (match !== null) {
      commit = match[1] ?? "";
      entries.push({ commit, start: Number(match[2]), count: Number(match[3]) });
    } else if (line === "boundary") before.add(commit);
  }
  return entries
    .filter((entry) => !before.has(entry.commit))
    .toSorted((left, right) => left.start - right.start)
    .map((entry) => ({ ...entry, commit: CommitId.parse(entry.commit) }));
}

/** Agents commit by themselves as well: their commits belong to the checkpoint that took them in. */
export async function ownersOf(
  { vault }: Pick<RunGit, "vault">,
  { from, checkpoints }: { readonly from: CommitId; readonly checkpoints: readonly CommitId[] },
): Promise<ReadonlyMap<CommitId, CommitId>> {
  const owners = new Map<CommitId, CommitId>();
  for (const checkpoint of checkpoints) {
    const known = [...owners.keys()].map((commit) => `^${commit}`);
    const args = ["rev-list", "--stdin"];
    const stdin = [checkpoint, `^${from}`, ...known].map((line) => `${line}\n`).join("");
    const out = await vault.call(args, { stdin });
    for (const commit of commitsOf(out.stdout)) owners.set(commit, checkpoint);
  }
  return owners;
}

const commitsOf = (text: string): CommitId[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => CommitId.parse(line));
