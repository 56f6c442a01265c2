/** The end of a workspace: in order (dispose), and after a crash (recover). */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { TuttiError, type RunId } from "@tutti/protocol";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { RunSource } from "../engine/ports/workspaces.ts";
import { syncFolder } from "../platform/atomic-file.ts";
import { finishMoves, type MoveSettings } from "./git/move-branch.ts";
import { forgetRun, parkWork } from "./git/park.ts";
import { unlockVault } from "./git/vault.ts";
import type { Layout } from "./layout.ts";
import { placeOf } from "./places.ts";
import { runCommand } from "./recipe/preparation.ts";
import { recordOf } from "./record.ts";
import { removeTree } from "./remove-tree.ts";
import { placeBase, type Work } from "./trees.ts";

const TEARDOWN_TIMEOUT_MS = 60_000;

export async function disposeRun(
  work: Work,
  sandbox: Sandbox,
): Promise<{ readonly parked: readonly string[]; readonly vault: string }> {
  await tearDown(work, sandbox);
  return { parked: await endRun(work), vault: work.vault.folder };
}

/**
 * Parks, then removes. The tree goes out of its place as a whole before anything of it is removed:
 * what a crash leaves of it must not look like work. Everything after that may be done again.
 */
async function endRun(work: Work): Promise<readonly string[]> {
  const { folder, tree } = work.folders;
  const parked = await parkWork(work);
  if (existsSync(tree)) {
    const old = `${tree}.old`;
    await removeTree(old);
    renameSync(tree, old);
    syncFolder(folder);
  }
  await forgetRun(work, parked);
  await removeTree(folder);
  return parked;
}

/** Best effort: a failing teardown must not keep a finished run's workspace. */
async function tearDown(work: Work, sandbox: Sandbox): Promise<void> {
  const { folders, spec } = work;
  const { recipe } = spec.policy.config;
  if (recipe.teardown === undefined || !existsSync(folders.tree)) return;
  const { tree, home, artifacts } = folders;
  try {
    const place = await placeOf({ ...placeBase(work), tree, home, artifacts, prepared: null });
    await runCommand(sandbox, {
      spec: {
        place,
        command: ["/bin/sh", "-c", recipe.teardown],
        egress: recipe.egress,
        egressFrom: "project",
        owner: `teardown-${work.run}`,
      },
      timeoutMs: TEARDOWN_TIMEOUT_MS,
      what: "The teardown command",
      onOutput: () => undefined,
      signal: undefined,
    });
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
  }
}

type SweepOptions = {
  readonly layout: Layout;
  readonly live: readonly RunId[];
  readonly workOf: (spec: RunSource) => Promise<Work>;
};

/**
 * Only at the start: no process of an earlier daemon is left when this is called. Moves under way are
 * finished, half-made trees and throw-away places go, of live runs too; then what no run owns.
 */
export async function recoverRuns(
  options: SweepOptions & { readonly moves: MoveSettings },
): Promise<{ readonly removed: number }> {
  const { layout, moves, workOf } = options;
  for (const project of childrenOf(layout.projects)) unlockVault(join(project, "vault.git"));
  await finishMoves(moves, async ({ run }) => {
    const record = recordOf(layout.run(run).record);
    return record === null ? null : openWork(record.spec, workOf);
  });
  let removed = 0;
  for (const name of readdirSync(layout.runs)) {
    const folders = layout.run(name);
    const leftovers = [folders.newTree, `${folders.tree}.old`, ...childrenOf(folders.places)];
    for (const path of leftovers) {
      if (!existsSync(path)) continue;
      await removeTree(path);
      removed += 1;
    }
  }
  const swept = await sweepRuns(options);
  return { removed: removed + swept.removed };
}

/**
 * At any time: a workspace that no live run owns is parked and removed; what cannot be parked stays
 * where it is. Of a live run nothing is touched: checks and agents work in its copies.
 */
export async function sweepRuns({
  layout,
  live,
  workOf,
}: SweepOptions): Promise<{ readonly removed: number }> {
  const alive = new Set<string>(live);
  let removed = 0;
  for (const name of readdirSync(layout.runs)) {
    if (alive.has(name)) continue;
    const folders = layout.run(name);
    const record = recordOf(folders.record);
    const work = record === null ? null : await openWork(record.spec, workOf);
    if (work !== null) await endRun(work);
    else if (existsSync(folders.tree)) continue;
    else await removeTree(folders.folder);
    removed += 1;
  }
  return { removed };
}

/** Null when the project is gone; what belongs to it stays where it is. */
async function openWork(
  spec: RunSource,
  workOf: (spec: RunSource) => Promise<Work>,
): Promise<Work | null> {
  try {
    return await workOf(spec);
  } catch (error) {
    if (error instanceof TuttiError) return null;
    throw error;
  }
}

const childrenOf = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
