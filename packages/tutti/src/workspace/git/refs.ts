/** Names of the refs Tutti keeps, and how they are read and moved. */
import { Candidate, CommitId, TuttiError, type RunId } from "@tutti/protocol";
import { fields, type Caller } from "./git.ts";

export const runRefs = (run: RunId | string) => {
  const own = `refs/tutti/${run}`;
  return {
    own,
    /** The present candidate: what the next checkpoint stands on. */
    head: `${own}/head`,
    base: `${own}/base`,
    /** What was fetched from the workspace last. */
    ingest: `${own}/ingest`,
    checkpoint: (key: string) => `${own}/checkpoint/${key}`,
    parent: (key: string) => `${own}/parent/${key}`,
    landing: (key: string) => `${own}/landing/${key}`,
    /** Unmerged work of a run that is over; outlives it. */
    parked: `refs/tutti/parked/${run}`,
    /** In the user's repository: pins the base against their `gc`. */
    keep: `refs/tutti/keep/${run}`,
    /** In the user's repository: pins the tip a landing stands on. */
    tip: `refs/tutti/tip/${run}`,
    branch: `tutti/${run}`,
  };
};

export type RefChange = {
  readonly ref: string;
  /** `null` deletes. */
  readonly to: string | null;
  /** The value it must have now; `null`: it must not exist; absent: whatever it is. */
  readonly from?: string | null;
};

/** All of them or none. */
export async function changeRefs(call: Caller, changes: readonly RefChange[]): Promise<void> {
  if (changes.length === 0) return;
  const lines = changes.map(({ ref, to, from }) => {
    if (to === null) return `delete ${ref}\0${from ?? ""}\0`;
    if (from === null) return `create ${ref}\0${to}\0`;
    return `update ${ref}\0${to}\0${from ?? ""}\0`;
  });
  await call(["update-ref", "-z", "--stdin", "--no-deref"], { stdin: lines.join("") });
}

/** Values of the refs that exist. */
export async function readRefs(
  call: Caller,
  refs: readonly string[],
): Promise<ReadonlyMap<string, CommitId>> {
  const out = await call(["for-each-ref", "--format=%(refname)%00%(objectname)", ...refs]);
  const found = new Map<string, CommitId>();
  for (const line of out.stdout.split("\n")) {
    const [name, value] = line.split("\0");
    if (name && value) found.set(name, CommitId.parse(value));
  }
  return found;
}

/** Commit and tree of whatever `name` says; null when there is no such commit. */
export async function findCommit(call: Caller, name: string): Promise<Candidate | null> {
  if (name.includes("\n")) return null;
  const out = await call(["cat-file", "--batch-check=%(objectname)"], {
    stdin: `${name}^{commit}\n${name}^{tree}\n`,
  });
  const [commit, tree] = out.stdout.split("\n").map((line) => line.trim());
  const found = Candidate.safeParse({ commit, tree });
  return found.success ? found.data : null;
}

/** A commit the vault can read, or `git.failed`. */
export async function requireCommit(
  { vault }: { readonly vault: { readonly call: Caller } },
  commit: CommitId,
): Promise<Candidate> {
  const found = await findCommit(vault.call, commit);
  if (found !== null) return found;
  throw new TuttiError("git.failed", `There is no commit ${commit} any more.`, {
    facts: { commit },
  });
}

export async function isAncestor(
  call: Caller,
  pair: { readonly ancestor: string; readonly of: string },
): Promise<boolean> {
  if (pair.ancestor === pair.of) return true;
  const out = await call(["merge-base", "--is-ancestor", pair.ancestor, pair.of], { accept: [1] });
  return out.code === 0;
}

/** Names of the files that differ between two trees or commits, renames as two names. */
export async function changedNames(
  call: Caller,
  pair: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const out = await call([
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    "--no-renames",
    pair.from,
    pair.to,
  ]);
  return fields(out.stdout);
}
