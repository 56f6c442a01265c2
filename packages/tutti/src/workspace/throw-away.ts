/** Throw-away places: a private copy on a frozen commit, gone when it is disposed of. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "@tutti/protocol";
import type { ThrowAway } from "../engine/ports/place.ts";
import { neutralCommit } from "./git/neutral.ts";
import { requireCommit, runRefs } from "./git/refs.ts";
import { placeFolders, placeOf } from "./places.ts";
import { removeTree } from "./remove-tree.ts";
import { buildTree, placeBase, prepareFor, type Work } from "./trees.ts";

export type ThrowAwayOptions = {
  readonly key: string;
  readonly commit: CommitId;
  readonly purpose: "checks" | "review" | "read-only";
};

/** Throw-away places of one key at the same time. */
const SAME_KEY_MAX = 1000;

export async function throwAway(work: Work, options: ThrowAwayOptions): Promise<ThrowAway> {
  const { commit, purpose } = options;
  await requireCommit(work, commit);
  const prepared = await prepareFor(work, commit, {});
  const folder = reserve(work.folders.places, options.key);
  try {
    const isReview = purpose === "review";
    const subject = isReview ? await neutralCommit(work, commit) : commit;
    const branch = isReview ? "review" : runRefs(work.run).branch;
    const folders = placeFolders(folder);
    await buildTree(work, folders.tree, { commit: subject, branch, prepared });
    const place = await placeOf({
      ...placeBase(work),
      ...folders,
      prepared: prepared?.tree ?? null,
    });
    return { place, [Symbol.asyncDispose]: () => removeTree(folder) };
  } catch (error) {
    await removeTree(folder);
    throw error;
  }
}

/** The first free folder of the key's name: the same path again when the same thing is done again. */
function reserve(places: string, key: string): string {
  mkdirSync(places, { recursive: true, mode: 0o700 });
  const name = key.replaceAll(/[^A-Za-z0-9_-]/gu, "_").slice(0, 100);
  for (let number = 1; number <= SAME_KEY_MAX; number += 1) {
    const folder = join(places, number === 1 ? name : `${name}.${number}`);
    if (makeFolder(folder)) return folder;
  }
  throw new Error(`More than ${SAME_KEY_MAX} places named ${name}.`);
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
