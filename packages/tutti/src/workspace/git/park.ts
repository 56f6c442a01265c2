/** What is left of a run in git when it is over: unmerged work is kept, everything else goes. */
import { existsSync } from "node:fs";
import { EffectId, type CommitId } from "@tutti/protocol";
import { recordWork } from "./checkpoint.ts";
import { changeRefs, readRefs, runRefs } from "./refs.ts";
import type { RunGit } from "./run-git.ts";
import { inSource } from "./source.ts";

const PARK_KEY = EffectId.parse("e-parked");

/**
 * Records the workspace's present files, dirty ones included, under `refs/tutti/parked/RUN` unless
 * some branch of the user's has them. Where the files are gone already, what was recorded then counts.
 * Returns the refs of the vault that hold parked work.
 */
export async function parkWork(work: RunGit): Promise<readonly string[]> {
  const refs = runRefs(work.run);
  const known = await readRefs(work.vault.call, [refs.head, refs.parked]);
  const head = known.get(refs.head);
  const parked = known.get(refs.parked);
  const commit = existsSync(work.folders.tree)
    ? await present(work, head ?? parked ?? work.base)
    : (parked ?? head ?? work.base);
  if (commit === work.base || (await isInBranch(work, commit))) return [];
  await changeRefs(work.vault.call, [{ ref: refs.parked, to: commit }]);
  return [refs.parked];
}

/**
 * Every other trace of the run in the vault and in the user's repository goes. The base stays pinned
 * there as long as parked work stands on it.
 */
export async function forgetRun(work: RunGit, parked: readonly string[]): Promise<void> {
  const own = await readRefs(work.vault.call, [runRefs(work.run).own]);
  await changeRefs(
    work.vault.call,
    [...own.keys()].map((ref) => ({ ref, to: null })),
  );
  await releaseUser(work, parked.length > 0);
}

async function present(work: RunGit, head: CommitId): Promise<CommitId> {
  const options = { key: PARK_KEY, message: "Unmerged work", author: null };
  return (await recordWork(work, { head, options })).candidate.commit;
}

/** Whether a branch of the user's holds the commit. */
async function isInBranch(work: RunGit, commit: CommitId): Promise<boolean> {
  const out = await inSource(work.git, work.source)(
    ["for-each-ref", "--count=1", `--contains=${commit}`, "refs/heads"],
    // The user's store has never heard of the commit: no branch can hold it.
    { accept: [128, 129] },
  );
  return out.code === 0 && out.stdout.trim() !== "";
}

async function releaseUser(work: RunGit, isBaseNeeded: boolean): Promise<void> {
  const refs = runRefs(work.run);
  const call = inSource(work.git, work.source);
  const pins = await readRefs(call, [refs.keep, refs.tip]);
  const gone = [...pins.keys()].filter((ref) => !(isBaseNeeded && ref === refs.keep));
  if (gone.length > 0)
    await changeRefs(
      call,
      gone.map((ref) => ({ ref, to: null })),
    );
}
