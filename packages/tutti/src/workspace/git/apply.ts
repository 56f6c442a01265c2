/**
 * Moving a branch of the user's repository, and the work trees that have it checked out, as one
 * effect that survives a crash at any point:
 *
 *     verify ── objects into the user's store ── hold the indexes ── work trees clean? ── intent stored
 *     ── ref by compare-and-swap ── work trees ── intent cleared
 *
 * Found again with its intent stored, it goes on where it stopped. Nothing moves when a work tree is
 * not clean. No hook of the user's repository runs: what it runs may have been written by an agent.
 */
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Candidate, CommitId, EffectId } from "@tutti/protocol";
import type { Applied } from "../../engine/ports/workspaces.ts";
import { removeTree } from "../remove-tree.ts";
import { packInto } from "./clone.ts";
import { filesWithConflictMarkers } from "./diff.ts";
import { clearIntent, readIntent, storeIntent, type Intent } from "./intent.ts";
import { changeRefs, isAncestor, readRefs, runRefs } from "./refs.ts";
import { identityOf, signature, type RunGit } from "./run-git.ts";
import { inSource } from "./source.ts";
import {
  holdIndex,
  rebaseOf,
  updateWorkTree,
  whyNotClean,
  workTreesOn,
  type HeldIndex,
} from "./work-trees.ts";

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

/** Named moments, for tests that end the process there. */
export type ApplyPoint = "intent-stored" | "ref-moved" | "tree-updated";

export type ApplySettings = {
  readonly intents: string;
  readonly onPoint?: (point: ApplyPoint) => void;
};

type Move = Intent & { readonly branch: string; readonly isResumed: boolean };

const refused = (reason: Extract<Applied, { kind: "refused" }>["reason"], message: string) =>
  ({ kind: "refused", reason, message }) as const;

/** Idempotent under `key`. The ready branch of `to: "branch"` is `readyBranch`. */
export async function applyLanding(
  work: RunGit,
  options: ApplyOptions,
  settings: ApplySettings,
): Promise<Applied> {
  const branch = options.to === "target" ? options.target : readyBranch(work, options.target);
  const ref = `refs/heads/${branch}`;
  const to = options.to === "target" ? options.landing.commit : options.candidate.commit;
  const present = await valueOf(work, ref);
  const stored = readIntent(settings.intents, options.key);
  if (stored !== null && present === stored.to) {
    return moveBranch(work, settings, { ...stored, branch, isResumed: true });
  }
  if (present === to) return alreadyThere(work, branch, to);
  const from = options.to === "target" ? options.tip : present;
  const rebased = rebaseOf(work.source, ref);
  if (rebased !== null) return refused("dirty-tree", `${branch} is being rebased in ${rebased}.`);
  const refusal = await whyNot(work, options, { present, from, to });
  if (refusal !== null) return refusal;
  await bringObjects(work, { key: options.key, from, to });
  return moveBranch(work, settings, {
    key: options.key,
    ref,
    from,
    to,
    branch,
    isResumed: false,
  });
}

const valueOf = async ({ git, source }: RunGit, ref: string): Promise<CommitId | null> =>
  (await readRefs(inSource(git, source), [ref])).get(ref) ?? null;

/** `tutti/RUN`, unless the run's target is itself such a branch of Tutti's. */
export const readyBranch = (work: Pick<RunGit, "run">, target: string): string =>
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

async function moveBranch(work: RunGit, settings: ApplySettings, move: Move): Promise<Applied> {
  const trees = await workTreesOn(work.git, work.source, move.ref);
  let refusal: Applied | null;
  {
    using held = new DisposableStack();
    const indexes = trees.map((tree) => held.use(holdIndex(tree, move.key)));
    refusal = await moveHeld(work, settings, { move, indexes });
  }
  clearIntent(settings.intents, move.key);
  if (refusal !== null) return refusal;
  const workTree = trees.length > 0 ? "updated" : "not-checked-out";
  return { kind: "applied", commit: move.to, target: move.branch, workTree };
}

async function moveHeld(
  work: RunGit,
  settings: ApplySettings,
  { move, indexes }: { readonly move: Move; readonly indexes: readonly HeldIndex[] },
): Promise<Applied | null> {
  const { git, source } = work;
  const step = { from: move.from ?? work.base, to: move.to };
  if (!move.isResumed) {
    for (const held of indexes) {
      const why = await whyNotClean(git, source, { held, step });
      if (why !== null) return refused("dirty-tree", why);
    }
    const { key, ref, from, to } = move;
    storeIntent(settings.intents, { key, ref, from, to });
    settings.onPoint?.("intent-stored");
    // A git that a killed process left behind may have moved it in between: then it is there.
    const isThere = (await swap(work, move, { from, to })) || (await valueOf(work, ref)) === to;
    if (!isThere) return refused("tip-moved", "The target moved at the last moment.");
  }
  settings.onPoint?.("ref-moved");
  for (const held of indexes) {
    const why = await updateWorkTree(git, source, { held, step, isResumed: move.isResumed });
    if (why === null) continue;
    await swap(work, move, { from: move.to, to: move.from });
    return refused("dirty-tree", `${held.tree.path} could not be updated: ${why}`);
  }
  settings.onPoint?.("tree-updated");
  return null;
}

async function swap(
  work: RunGit,
  move: Move,
  { from, to }: { readonly from: CommitId | null; readonly to: CommitId | null },
): Promise<boolean> {
  const person = identityOf(work.source);
  const zero = "0".repeat(move.to.length);
  const out = await inSource(work.git, work.source)(
    ["update-ref", "-m", `tutti: ${work.run}`, move.ref, to ?? zero, from ?? zero],
    { env: signature(person, person), accept: [1, 128] },
  );
  return out.code === 0;
}
