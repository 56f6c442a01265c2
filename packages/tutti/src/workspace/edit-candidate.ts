/**
 * Another candidate in place of the present one, as a person wants it. The refs move first, all at
 * once, then the author's tree is made anew: done again after a crash in between, it is made again.
 */
import { existsSync } from "node:fs";
import { TuttiError, type CandidateEdit, type CommitId, type EffectId } from "@tutti/protocol";
import { commitTree, recordWork, type CheckpointOptions } from "./git/checkpoint.ts";
import { treeWithout } from "./git/leave-out.ts";
import { changedNames, changeRefs, readRefs, requireCommit, runRefs } from "./git/refs.ts";
import { makeTree } from "./prepare.ts";
import type { Work } from "./trees.ts";

type EditOptions = {
  readonly key: EffectId;
  readonly message: string;
  readonly edit: CandidateEdit;
};

/** Idempotent under `key`. */
export async function editCandidate(work: Work, { key, message, edit }: EditOptions) {
  const refs = runRefs(work.run);
  const known = await readRefs(work.vault.call, [refs.own]);
  const parent = edit.candidate.commit;
  let commit = known.get(refs.checkpoint(key));
  if (commit === undefined) {
    const options = { key, message, author: null };
    await requireSettled(work, { head: known.get(refs.head), expected: parent, options });
    commit = await madeCommit(work, edit, options);
    await changeRefs(work.vault.call, [
      { ref: refs.parent(key), to: parent },
      { ref: refs.checkpoint(key), to: commit },
      { ref: refs.head, to: commit, from: parent },
    ]);
  }
  const candidate = await requireCommit(work, commit);
  await makeTree(work, commit, {});
  const changed = await changedNames(work.vault.call, { from: parent, to: commit });
  return { candidate, parent, changed };
}

async function madeCommit(
  work: Work,
  edit: CandidateEdit,
  options: CheckpointOptions,
): Promise<CommitId> {
  if (edit.kind === "put-back") return (await requireCommit(work, edit.before.commit)).commit;
  const tree = await treeWithout(work, edit);
  return commitTree(work, { tree, start: edit.candidate.commit, options });
}

/** Work that is in no candidate must not be lost with the tree that holds it. */
async function requireSettled(
  work: Work,
  {
    head,
    expected,
    options,
  }: {
    readonly head: CommitId | undefined;
    readonly expected: CommitId;
    readonly options: CheckpointOptions;
  },
): Promise<void> {
  if (head !== expected) {
    throw new TuttiError("candidate.moved", `The candidate is ${head ?? "not there"} now.`);
  }
  if (!existsSync(work.folders.tree)) return;
  const { candidate } = await recordWork(work, { head: expected, options });
  if (candidate.commit === expected) return;
  throw new TuttiError(
    "candidate.moved",
    "The workspace holds work that is in no candidate yet. Take it and give it back first.",
  );
}
