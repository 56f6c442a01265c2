/**
 * Applying a landing: its post-conditions are judged in the vault, its objects brought into the
 * user's store, then the branch moves (move-branch.ts). No hook of the user's repository runs: what
 * it runs may have been written by an agent.
 */
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Candidate, CommitId, EffectId } from "@tutti/protocol";
import type { Applied } from "../../engine/ports/workspaces.ts";
import { removeTree } from "../remove-tree.ts";
import { packInto } from "./clone.ts";
import { filesWithConflictMarkers } from "./diff.ts";
import { readIntent } from "./intent.ts";
import { moveBranch, refused, resumeMove, valueOf, type MoveSettings } from "./move-branch.ts";
import { changeRefs, isAncestor, runRefs } from "./refs.ts";
import type { RunGit } from "./run-git.ts";
import { inSource } from "./source.ts";
import { rebaseOf, workTreesOn } from "./work-trees.ts";

/** A larger pack goes over the local transport instead of through memory. */
const UNPACK_MAX_BYTES = 32 << 20;

export type ApplyOptions = {
  readonly key: EffectId;
  readonly target: string;
  readonly to: "target" | "branch";
  readonly tip: CommitId | null;
  readonly landing: Candidate;
  readonly candidate: Candidate;
};

/** Idempotent under `key`. The ready branch of `to: "branch"` is `readyBranch`. */
export async function applyLanding(
  work: RunGit,
  options: ApplyOptions,
  settings: MoveSettings,
): Promise<Applied> {
  const branch = options.to === "target" ? options.target : readyBranch(work, options.target);
  const ref = `refs/heads/${branch}`;
  const to = options.to === "target" ? options.landing.commit : options.candidate.commit;
  const present = await valueOf(work, ref);
  const stored = readIntent(settings.intents, options.key);
  if (stored?.phase === "moving" && present === stored.to) {
    return resumeMove(work, settings, stored);
  }
  if (present === to) return alreadyThere(work, branch, to);
  const from = options.to === "target" ? options.tip : present;
  const rebased = rebaseOf(work.source, ref);
  if (rebased !== null) return refused("dirty-tree", `${branch} is being rebased in ${rebased}.`);
  const refusal = await whyNot(work, options, { present, from, to });
  if (refusal !== null) return refusal;
  await bringObjects(work, { key: options.key, from, to });
  return moveBranch(work, settings, { run: work.run, key: options.key, ref, from, to });
}

/** `tutti/RUN`, unless the run's target is itself such a branch of Tutti's. */
const readyBranch = (work: Pick<RunGit, "run">, target: string): string =>
  target.startsWith("tutti/") ? target : runRefs(work.run).branch;

async function alreadyThere(work: RunGit, branch: string, to: CommitId): Promise<Applied> {
  const trees = await workTreesOn(work.git, work.source, `refs/heads/${branch}`);
  const workTree = trees.length > 0 ? "updated" : "not-checked-out";
  return { kind: "applied", commit: to, target: branch, workTree };
}

/** The post-conditions, judged before anything moves. */
async function whyNot(
  work: RunGit,
  { landing, candidate, to: kind, tip }: ApplyOptions,
  move: {
    readonly present: CommitId | null;
    readonly from: CommitId | null;
    readonly to: CommitId;
  },
): Promise<Applied | null> {
  const { call } = work.vault;
  if (move.present !== move.from) {
    return refused("tip-moved", "The target has moved since the landing was verified.");
  }
  const missing = await missingParent(work, landing, [candidate.commit, ...(tip ? [tip] : [])]);
  if (missing !== null) {
    return refused("not-ancestor", `The landing does not contain ${missing.slice(0, 12)}.`);
  }
  const isForward =
    kind === "target" ||
    move.from === null ||
    (await isAncestor(call, { ancestor: move.from, of: move.to }));
  if (!isForward) {
    return refused("tip-moved", "The ready branch holds commits that the candidate has not.");
  }
  const marked = await filesWithConflictMarkers(work, {
    from: tip ?? work.base,
    to: landing.commit,
  });
  if (marked.length === 0) return null;
  return refused(
    "conflict-markers",
    `Conflict markers are left in ${marked.slice(0, 5).join(", ")}.`,
  );
}

/** The first of `needed` that is no ancestor of the landing. */
async function missingParent(
  { vault }: RunGit,
  { commit }: Candidate,
  needed: readonly CommitId[],
): Promise<CommitId | null> {
  const out = await vault.call(["log", "-1", "--format=%P", commit]);
  const near = new Set([commit, ...out.stdout.trim().split(" ")]);
  for (const ancestor of needed) {
    if (near.has(ancestor)) continue;
    if (!(await isAncestor(vault.call, { ancestor, of: commit }))) return ancestor;
  }
  return null;
}

/** Objects of the vault that the user's store has not; every one is checked on the way. */
async function bringObjects(
  work: RunGit,
  {
    key,
    from,
    to,
  }: { readonly key: EffectId; readonly from: CommitId | null; readonly to: CommitId },
): Promise<void> {
  const { folders, vault, base } = work;
  const packs = join(folders.host, `bring-${key}`);
  await removeTree(packs);
  mkdirSync(packs, { recursive: true });
  try {
    await packInto(packs, { vault, commit: to, base: from ?? base });
    const name = readdirSync(packs).find((it) => it.endsWith(".pack"));
    if (name === undefined) return;
    const file = join(packs, name);
    if (statSync(file).size > UNPACK_MAX_BYTES) await fetchObjects(work, key, to);
    else {
      const call = inSource(work.git, work.source);
      await call(["unpack-objects", "-q", "--strict"], { stdin: readFileSync(file) });
    }
  } finally {
    await removeTree(packs);
  }
}

async function fetchObjects(work: RunGit, key: EffectId, to: CommitId): Promise<void> {
  const ref = runRefs(work.run).landing(key);
  await changeRefs(work.vault.call, [{ ref, to }]);
  await inSource(work.git, work.source)(
    [
      "fetch",
      "-q",
      "--no-tags",
      "--no-write-fetch-head",
      "--no-auto-maintenance",
      "--no-recurse-submodules",
      "--update-shallow",
      work.vault.folder,
      ref,
    ],
    { isTransport: true },
  );
}
