/** A run's own workspace: pinned base, clone, set-up, private dependency folders. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError, type CommitId } from "@tutti/protocol";
import type { EgressAnswers } from "../engine/ports/sandbox.ts";
import { writeFileAtomic } from "../platform/atomic-file.ts";
import { changeRefs, readRefs, runRefs } from "./git/refs.ts";
import { inSource } from "./git/source.ts";
import { isSubmodule, listTree } from "./git/tree.ts";
import type { Preparation } from "./recipe/preparation.ts";
import { recordOf, type RunRecord } from "./record.ts";
import { protectNames, writePlaceholders } from "./sandbox/protected-names.ts";
import { toolchainOf } from "./toolchain.ts";
import { buildAuthorTree, prepareFor, type TreeOptions, type Work } from "./trees.ts";

export type PrepareOptions = {
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
  readonly egressAnswers?: EgressAnswers;
};

type Prepared = { readonly root: string; readonly facts: readonly string[] };

export async function prepareRun(work: Work, options: PrepareOptions): Promise<Prepared> {
  const { folders, spec } = work;
  const started = performance.now();
  const known = recordOf(folders.record);
  if (known !== null && existsSync(folders.tree)) return { root: folders.tree, facts: known.facts };
  options.signal.throwIfAborted();
  // Refused before anything is made.
  toolchainOf(spec.policy.config.sandbox.read, work.host);
  const head = await pinBase(work);
  if (work.source.isPartial) await requireObjects(work);
  const prepared = await makeTree(work, head, options);
  const facts = await factsOf(work);
  if (prepared !== null && spec.policy.config.recipe.setup !== undefined) {
    facts.push(
      prepared.isReused
        ? "Set-up reused from an earlier run with the same manifests."
        : `Set-up ran in ${seconds(prepared.durationMs)}.`,
    );
  }
  for (const name of spec.policy.config.recipe.dependencies) {
    if (prepared !== null && existsSync(join(prepared.tree, name))) continue;
    facts.push(`The dependency folder ${name} is not there after set-up.`);
  }
  facts.push(`Workspace made in ${seconds(performance.now() - started)}.`);
  const record = recordOf(folders.record);
  if (record !== null) store(folders.record, { ...record, facts });
  return { root: folders.tree, facts };
}

/** Set-up, then the author's tree at `commit`. What was known of the run before stays known. */
export async function makeTree(
  work: Work,
  commit: CommitId,
  options: TreeOptions,
): Promise<Preparation | null> {
  const { folders, run, spec, base } = work;
  mkdirSync(folders.host, { recursive: true, mode: 0o700 });
  const known = recordOf(folders.record) ?? { run, spec, prepared: null, facts: [] };
  store(folders.record, known);
  const prepared = await prepareFor(work, base, options);
  store(folders.record, { ...known, prepared: prepared?.tree ?? null });
  await buildAuthorTree(work, commit, { prepared, signal: options.signal });
  return prepared;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const store = (path: string, record: RunRecord): void =>
  writeFileAtomic(path, JSON.stringify(record), { isDurable: false });

/** The user's `gc` must not take what the clone borrows. Returns where the run has got to. */
async function pinBase({ git, source, vault, run, base }: Work): Promise<CommitId> {
  const refs = runRefs(run);
  await changeRefs(inSource(git, source), [{ ref: refs.keep, to: base }]);
  const known = await readRefs(vault.call, [refs.base, refs.head]);
  const missing = [refs.base, refs.head].filter((ref) => !known.has(ref));
  await changeRefs(
    vault.call,
    missing.map((ref) => ({ ref, to: base })),
  );
  return known.get(refs.head) ?? base;
}

/** A partial clone may lack files of the base; nothing is ever fetched behind the user's back. */
async function requireObjects({ vault, base, source }: Work): Promise<void> {
  const out = await vault.call(
    ["rev-list", "--objects", "--no-walk", "--no-object-names", "--missing=print", base],
    { accept: [128] },
  );
  const missing = out.stdout.split("\n").filter((line) => line.startsWith("?"));
  if (out.code === 0 && missing.length === 0) return;
  throw new TuttiError(
    "repository.incomplete",
    `${source.root} is a partial clone and ${missing.length || "some"} objects of ${base.slice(0, 12)} are not here. ` +
      `Fetch them once: git -C ${source.root} archive ${base.slice(0, 12)} > /dev/null`,
    { facts: { missing: String(missing.length), commit: base } },
  );
}

async function factsOf(work: Work): Promise<string[]> {
  const { source, folders, vault, base, spec, placeholders } = work;
  const facts: string[] = [];
  if (source.shallowFile !== null) facts.push("The repository is shallow: its history is cut off.");
  if (source.isPartial)
    facts.push("The repository is a partial clone: old versions may be missing.");
  if (existsSync(join(folders.tree, ".gitmodules"))) {
    const links = (await listTree(vault, base)).filter(isSubmodule).map(({ path }) => path);
    facts.push(`Submodules are empty folders in the workspace: ${links.join(", ")}.`);
  }
  const attributes = join(folders.tree, ".gitattributes");
  if (existsSync(attributes) && /filter=lfs/u.test(readFileSync(attributes, "utf8"))) {
    facts.push("Files kept in Git LFS are pointers in the workspace.");
  }
  if (spec.policy.isolation === "none") facts.push("No isolation: the agent runs unfenced.");
  writePlaceholders(placeholders);
  const { symlinked } = protectNames(folders.tree, placeholders);
  if (symlinked.length > 0) {
    facts.push(`Symbolic links that the fence cannot cover: ${symlinked.join(", ")}.`);
  }
  return facts;
}
