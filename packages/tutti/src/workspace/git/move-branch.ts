/**
 * Moves a branch of the user's repository together with the work trees that have it checked out:
 *
 *     holding ── indexes held ── all clean? ── moving ── ref by compare-and-swap ── work trees ── done
 *
 * Each phase is stored before it begins. A process that finds `moving` with the ref at its new place
 * brings the work trees after it; one that finds `holding` has nothing to do but let go.
 */
import { TuttiError, type CommitId } from "@tutti/protocol";
import type { Applied } from "../../engine/ports/workspaces.ts";
import { clearHalfWritten } from "../../platform/atomic-file.ts";
import { holdIndex, releaseIndex, type HeldIndex } from "./held-index.ts";
import { clearIntent, readIntents, storeIntent, type Intent } from "./intent.ts";
import { readRefs } from "./refs.ts";
import { identityOf, signature, type RunGit } from "./run-git.ts";
import { inSource } from "./source.ts";
import { updateWorkTree, whyNotClean, workTreesOn } from "./work-trees.ts";

/** Named moments, for tests that end the process there. */
export type MovePoint = "held" | "intent-stored" | "ref-moved" | "tree-updated";

export type MoveSettings = {
  /** Folder of the stored intents. */
  readonly intents: string;
  readonly onPoint?: (point: MovePoint) => void;
};

type Move = Omit<Intent, "phase" | "held">;

export const refused = (
  reason: Extract<Applied, { kind: "refused" }>["reason"],
  message: string,
): Extract<Applied, { kind: "refused" }> => ({ kind: "refused", reason, message });

export const moveBranch = (work: RunGit, settings: MoveSettings, move: Move): Promise<Applied> =>
  withHeld(work, settings, { move, isResumed: false });

/** The ref has moved already. */
export const resumeMove = (work: RunGit, settings: MoveSettings, move: Move): Promise<Applied> =>
  withHeld(work, settings, { move, isResumed: true });

type Task = { readonly move: Move; readonly isResumed: boolean };

async function withHeld(
  work: RunGit,
  settings: MoveSettings,
  { move, isResumed }: Task,
): Promise<Applied> {
  const { git, source } = work;
  const trees = await workTreesOn(git, source, move.ref);
  const held = trees.map(({ gitDir }) => gitDir);
  const store = (phase: Intent["phase"]): void =>
    storeIntent(settings.intents, { ...move, phase, held });
  const begin = (): void => {
    store("moving");
    settings.onPoint?.("intent-stored");
  };
  if (!isResumed) store("holding");
  const refusal = await (async () => {
    using stack = new DisposableStack();
    const indexes = trees.map((tree) => stack.use(holdIndex(tree, move.key)));
    settings.onPoint?.("held");
    const stopped = isResumed ? null : await startMove(work, { move, indexes }, begin);
    if (stopped !== null) return stopped;
    settings.onPoint?.("ref-moved");
    return await followMove(work, { move, indexes, isResumed });
  })();
  settings.onPoint?.("tree-updated");
  clearIntent(settings.intents, move.key);
  if (refusal !== null) return refusal;
  const workTree = trees.length > 0 ? "updated" : "not-checked-out";
  return {
    kind: "applied",
    commit: move.to,
    target: move.ref.replace(/^refs\/heads\//u, ""),
    workTree,
  };
}

const stepOf = (work: RunGit, { from, to }: Move) => ({ from: from ?? work.base, to });

async function startMove(
  work: RunGit,
  { move, indexes }: { readonly move: Move; readonly indexes: readonly HeldIndex[] },
  begin: () => void,
): Promise<Applied | null> {
  for (const held of indexes) {
    const step = stepOf(work, move);
    const why = await whyNotClean(work.git, work.source, { held, step });
    if (why !== null) return refused("dirty-tree", why);
  }
  begin();
  // A git that a killed process left behind may have moved it in between: then it is there.
  const isThere = (await swap(work, move, move)) || (await valueOf(work, move.ref)) === move.to;
  return isThere ? null : refused("tip-moved", "The target moved at the last moment.");
}

async function followMove(
  work: RunGit,
  { move, indexes, isResumed }: Task & { readonly indexes: readonly HeldIndex[] },
): Promise<Applied | null> {
  for (const held of indexes) {
    const step = stepOf(work, move);
    const why = await updateWorkTree(work.git, work.source, { held, step, isResumed });
    if (why === null) continue;
    await swap(work, move, { from: move.to, to: move.from });
    return refused("dirty-tree", `${held.tree.path} could not be updated: ${why}`);
  }
  return null;
}

export const valueOf = async ({ git, source }: RunGit, ref: string): Promise<CommitId | null> =>
  (await readRefs(inSource(git, source), [ref])).get(ref) ?? null;

async function swap(
  work: RunGit,
  { ref }: Move,
  { from, to }: { readonly from: CommitId | null; readonly to: CommitId | null },
): Promise<boolean> {
  const person = identityOf(work.source);
  const zero = "0".repeat(work.base.length);
  const out = await inSource(work.git, work.source)(
    ["update-ref", "-m", `tutti: ${work.run}`, ref, to ?? zero, from ?? zero],
    { env: signature(person, person), accept: [1, 128] },
  );
  return out.code === 0;
}

/** False when it has to wait for its next attempt, for example because git holds an index. */
async function isFinished(work: RunGit, settings: MoveSettings, intent: Intent): Promise<boolean> {
  try {
    await resumeMove(work, settings, intent);
    return true;
  } catch (error) {
    if (error instanceof TuttiError) return false;
    throw error;
  }
}

/**
 * Before the first operation of a daemon, which alone writes intents: finishes merges whose ref has
 * moved, lets go of every index that was held. What was not stored whole was not begun. `workOf` is null for a run that nothing is known of.
 */
export async function finishMoves(
  settings: MoveSettings,
  workOf: (intent: Intent) => Promise<RunGit | null>,
): Promise<void> {
  clearHalfWritten(settings.intents);
  for (const intent of readIntents(settings.intents)) {
    const work = intent.phase === "moving" ? await workOf(intent) : null;
    const hasMoved = work !== null && (await valueOf(work, intent.ref)) === intent.to;
    if (hasMoved && !(await isFinished(work, settings, intent))) continue;
    for (const gitDir of intent.held) releaseIndex(gitDir, intent.key);
    if (!hasMoved) clearIntent(settings.intents, intent.key);
  }
}
