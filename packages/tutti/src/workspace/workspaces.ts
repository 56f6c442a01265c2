/**
 * The Workspaces and Repositories ports over git and the local file system. This file only puts
 * operations together; git is in git/, set-up in recipe/, the fence in sandbox/.
 */
import { existsSync, mkdirSync } from "node:fs";
import { TuttiError, type CommitId } from "@tutti/protocol";
import type { Mount } from "../engine/ports/place.ts";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { Repositories, RunSource, Workspaces } from "../engine/ports/workspaces.ts";
import { applyLanding } from "./git/apply.ts";
import { createCheckpoint } from "./git/checkpoint.ts";
import { blameFile, ownersOf } from "./git/blame.ts";
import { changedFiles, diffCommits } from "./git/diff.ts";
import { treeWithout } from "./git/leave-out.ts";
import { createGit, type Git } from "./git/git.ts";
import { conflictsWith, prepareLanding } from "./git/landing.ts";
import type { MovePoint } from "./git/move-branch.ts";
import { changeRefs, readRefs, requireCommit, runRefs } from "./git/refs.ts";
import { createRepositories } from "./git/repositories.ts";
import { createSourceCache, type SourceCache } from "./git/source-cache.ts";
import { openSource } from "./git/source.ts";
import { openVault } from "./git/vault.ts";
import { disposeRun, recoverRuns, sweepRuns } from "./ending.ts";
import { gitFolderTampering } from "./sandbox/protected-names.ts";
import { editCandidate } from "./edit-candidate.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { placeOf } from "./places.ts";
import { guarded } from "./guarded.ts";
import { recordOf } from "./record.ts";
import { makeTree, prepareRun } from "./prepare.ts";
import { createPreparations, type Preparations } from "./recipe/preparation.ts";
import { ownFolders } from "./toolchain.ts";
import { throwAway } from "./throw-away.ts";
import { placeBase, renewGitFolder, type Work } from "./trees.ts";
import { createLock, type Lock } from "./lock.ts";

export type WorkspacesOptions = {
  /** Tutti's data folder, absolute. */
  readonly dataDir: string;
  readonly sandbox: Sandbox;
  /** The user's environment: PATH, HOME and the XDG folders are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For tests that end the process in the middle of a merge. */
  readonly onApplyPoint?: (point: MovePoint) => void;
};

type Parts = {
  readonly git: Git;
  readonly layout: Layout;
  readonly preparations: Preparations;
  readonly sources: SourceCache;
  readonly lock: Lock;
  readonly options: WorkspacesOptions;
};

export function createWorkspaces(options: WorkspacesOptions): {
  readonly workspaces: Workspaces;
  readonly repositories: Repositories;
} {
  const layout = layoutOf(options.dataDir);
  for (const folder of [layout.git, layout.runs, layout.intents]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const git = createGit({ folder: layout.git, environment: options.environment });
  const preparations = createPreparations(options.sandbox);
  const sources = createSourceCache(git, options.environment);
  const parts: Parts = { git, layout, preparations, sources, lock: createLock(), options };
  return { workspaces: workspacesOf(parts), repositories: createRepositories(git, sources) };
}

function workspacesOf(parts: Parts): Workspaces {
  const { options, layout } = parts;
  const open = <Result>(spec: RunSource, act: (work: Work) => Promise<Result>): Promise<Result> =>
    guarded(async () => act(await workOf(parts, spec)));
  /** One operation that writes at a time per run. */
  const alone = <Result>(spec: RunSource, act: (work: Work) => Promise<Result>): Promise<Result> =>
    parts.lock(spec.run, () => open(spec, act));
  const moves = {
    intents: layout.intents,
    ...(options.onApplyPoint === undefined ? {} : { onPoint: options.onApplyPoint }),
  };
  return {
    prepare: (spec, more) => alone(spec, (work) => prepareRun(work, more)),
    authorPlace: (spec, { access } = { access: "writable" }) =>
      alone(spec, (work) => authorPlace(work, access)),
    throwAway: (spec, more) => open(spec, (work) => throwAway(work, more)),
    checkpoint: (spec, more) =>
      alone(spec, async (work) => {
        const { isCloneLost, ...made } = await createCheckpoint(work, more);
        if (isCloneLost) await renewGitFolder(work, made.candidate.commit);
        return made;
      }),
    editCandidate: (spec, more) => alone(spec, (work) => editCandidate(work, more)),
    checkLeavingOut: (spec, more) =>
      open(spec, async (work) => {
        await treeWithout(work, more);
      }),
    restore: (spec, commit) => alone(spec, (work) => restore(work, commit)),
    diff: (spec, more) => open(spec, (work) => diffCommits(work, more)),
    changes: (spec, more) => open(spec, (work) => changedFiles(work, more)),
    blame: (spec, more) => open(spec, (work) => blameFile(work, more)),
    owners: (spec, more) => open(spec, (work) => ownersOf(work, more)),
    conflicts: (spec, more) => open(spec, (work) => conflictsWith(work, more)),
    landing: (spec, more) => alone(spec, (work) => prepareLanding(work, more)),
    apply: (spec, more) =>
      alone(spec, async (work) => {
        // Never from memory: which filters to switch off must be true at this moment.
        const source = await openSource(parts.git, spec.project);
        return applyLanding({ ...work, source }, more, moves);
      }),
    dispose: (spec) => alone(spec, (work) => disposeRun(work, options.sandbox)),
    sweep: (live) =>
      guarded(() => sweepRuns({ layout, live, workOf: (spec) => workOf(parts, spec) })),
    recover: (live) =>
      guarded(() => recoverRuns({ layout, live, moves, workOf: (spec) => workOf(parts, spec) })),
  };
}

async function workOf(
  { git, layout, preparations, options, sources }: Parts,
  spec: RunSource,
): Promise<Work> {
  const source = await sources(spec.project);
  const project = layout.project(source.commonDir);
  return {
    git,
    run: spec.run,
    source,
    vault: openVault(git, project.vault, source),
    folders: layout.run(spec.run),
    base: spec.base.commit,
    spec,
    host: {
      home: options.environment["HOME"] ?? "/",
      searchPath: options.environment["PATH"] ?? "",
      own: ownFolders(layout.data, options.environment),
    },
    placeholders: layout.placeholders,
    preparations,
    preparationFolder: project.preparations,
  };
}

async function authorPlace(work: Work, access: Mount["access"]) {
  const { folders } = work;
  if (!existsSync(folders.tree)) await remake(work);
  // Tampered with since the last checkpoint: git inside would not work, and mounting might mislead.
  if (gitFolderTampering(folders.tree).length > 0) await renewGitFolder(work, await headOf(work));
  const prepared = recordOf(folders.record)?.prepared ?? null;
  return placeOf({
    ...placeBase(work),
    tree: folders.tree,
    home: folders.home,
    artifacts: folders.artifacts,
    prepared,
    access,
  });
}

/** A crash while a tree took its place leaves none: the last checkpoint is made again. */
async function remake(work: Work): Promise<void> {
  await makeTree(work, await headOf(work), {});
}

async function headOf(work: Work): Promise<CommitId> {
  const { head } = runRefs(work.run);
  const commit = (await readRefs(work.vault.call, [head])).get(head);
  if (commit !== undefined) return commit;
  throw new TuttiError("workspace.not-ready", `The workspace of ${work.run} is not there.`);
}

async function restore(work: Work, commit: CommitId): Promise<void> {
  await requireCommit(work, commit);
  const { head } = runRefs(work.run);
  await changeRefs(work.vault.call, [{ ref: head, to: commit }]);
  await makeTree(work, commit, {});
}
