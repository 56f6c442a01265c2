/**
 * Checkpoints: what the workspace holds, as a commit in the vault under `refs/tutti/RUN/`.
 *
 *     present candidate ── the agent's own commits, when they go on from it ── one commit of Tutti's
 *                                                                              for what is uncommitted
 *
 * An agent that rewrote history gets its files recorded as one commit on the present candidate.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommitId, TuttiError, type Candidate, type EffectId, type TreeId } from "@tutti/protocol";
import { PROTECTED_NAMES } from "../sandbox/protected-names.ts";
import { statOf } from "../stat.ts";
import { alignClone } from "./align.ts";
import { ingest, ownHead } from "./ingest.ts";
import { changedNames, changeRefs, readRefs, requireCommit, runRefs } from "./refs.ts";
import { identityOf, signature, type RunGit } from "./run-git.ts";
import { rememberIndex, snapshot } from "./snapshot.ts";
import type { Identity } from "./source.ts";

export type Checkpoint = {
  readonly candidate: Candidate;
  /** The candidate before. */
  readonly parent: CommitId;
  readonly changed: readonly string[];
  /** The clone could not be brought onto the checkpoint and must be made afresh from it. */
  readonly isCloneLost: boolean;
};

export type CheckpointOptions = {
  readonly key: EffectId;
  readonly message: string;
  readonly author: Identity | null;
};

/** Idempotent under `key`. */
export async function createCheckpoint(
  work: RunGit,
  options: CheckpointOptions,
): Promise<Checkpoint> {
  const refs = runRefs(work.run);
  const known = await readRefs(work.vault.call, [refs.own]);
  const done = known.get(refs.checkpoint(options.key));
  const before = known.get(refs.parent(options.key));
  if (done !== undefined && before !== undefined) {
    const candidate = await requireCommit(work, done);
    return described(work, { candidate, parent: before, isCloneLost: false });
  }
  if (!existsSync(work.folders.tree)) {
    throw new TuttiError("workspace.not-ready", `The workspace of ${work.run} is not there.`);
  }
  const head = known.get(refs.head) ?? work.base;
  const { candidate, isTampered, hasLinks } = await recordWork(work, { head, options });
  const { commit } = candidate;
  await changeRefs(work.vault.call, [
    { ref: refs.parent(options.key), to: head },
    { ref: refs.checkpoint(options.key), to: commit },
    { ref: refs.head, to: commit },
  ]);
  rememberIndex(work.folders, { commit, hasLinks });
  const isAligned =
    !isTampered &&
    (ownHead(work) === commit || (await alignClone(work, { commit, from: work.base })));
  return described(work, { candidate, parent: head, isCloneLost: !isAligned });
}

export type Recorded = {
  readonly candidate: Candidate;
  readonly isTampered: boolean;
  /** The files hold links to commits (submodules of the base). */
  readonly hasLinks: boolean;
};

/** The commit that holds the workspace's present files, made when there is none. */
export async function recordWork(
  work: RunGit,
  { head, options }: { readonly head: CommitId; readonly options: CheckpointOptions },
): Promise<Recorded> {
  const { commit, isTampered } = await ingest(work, head);
  const start = await requireCommit(work, commit ?? head);
  const { tree, hasLinks } = await snapshot(work, { start, exclude: writeExclude(work) });
  if (tree === start.tree) return { candidate: start, isTampered, hasLinks };
  const made = await commitTree(work, { tree, start: start.commit, options });
  return { candidate: { commit: made, tree }, isTampered, hasLinks };
}

/** On `start`; says what it belongs to. */
export async function commitTree(
  work: RunGit,
  plan: { readonly tree: TreeId; readonly start: CommitId; readonly options: CheckpointOptions },
): Promise<CommitId> {
  const { key, message, author } = plan.options;
  const own = identityOf(work.source);
  const out = await work.vault.call(["commit-tree", "-p", plan.start, plan.tree], {
    env: signature(author ?? own, own),
    stdin: `${message.trim() || "Checkpoint"}\n\nTutti-Run: ${work.run}\nTutti-Effect: ${key}\n`,
  });
  return CommitId.parse(out.stdout.trim());
}

async function described(
  work: RunGit,
  made: Pick<Checkpoint, "candidate" | "parent" | "isCloneLost">,
): Promise<Checkpoint> {
  const { parent: from, candidate } = made;
  const to = candidate.commit;
  const changed = from === to ? [] : await changedNames(work.vault.call, { from, to });
  return { ...made, changed };
}

/**
 * Mount points of placeholders are empty files on the host. Those alone are ignored: a protected
 * name with content was put there by a person and belongs to the work.
 */
function writeExclude({ folders }: RunGit): string {
  const file = join(folders.host, "exclude");
  const lines = Object.keys(PROTECTED_NAMES).filter((name) => {
    const stat = statOf(join(folders.tree, name));
    return stat?.isFile() === true && stat.size === 0;
  });
  const own = existsSync(folders.ignored) ? readFileSync(folders.ignored, "utf8") : "";
  writeFileSync(file, own + lines.map((name) => `/${name}\n`).join(""));
  return file;
}
