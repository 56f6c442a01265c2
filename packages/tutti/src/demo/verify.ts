/**
 * What must hold after the merge, looked at with git and by running the tests, not by asking the
 * daemon that says so.
 */
import type { RunView } from "@tutti/protocol";
import { run } from "../platform/run-command.ts";
import type { Git } from "./repository.ts";
import type { Sample } from "./samples/sample.ts";

export type Postcondition = { readonly name: string; readonly isMet: boolean };

export type Verification = {
  readonly view: RunView;
  readonly sample: Sample;
  readonly root: string;
  readonly git: Git;
  /** Environment in which `node` is the one that the agents had. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

const TESTS_TIMEOUT_MS = 120_000;
/** A conflict that somebody committed; the line of equal signs between them is too common in prose. */
const CONFLICT_MARKERS = "^(<{7}|>{7})( |$)";

export async function verifyMerge(verification: Verification): Promise<Postcondition[]> {
  const { view, git } = verification;
  const { merged, candidate } = view;
  if (merged === null || candidate === null)
    return [{ name: "the change is merged", isMet: false }];
  const isTrue = async (...args: readonly string[]): Promise<boolean> =>
    git(...args).then(
      () => true,
      () => false, // the command's way of saying no
    );
  const says = async (answer: string, ...args: readonly string[]): Promise<boolean> =>
    git(...args).then(
      (out) => out === answer,
      () => false,
    );
  const conditions: readonly [string, Promise<boolean>][] = [
    [
      `${merged.target} is the merge commit`,
      says(merged.commit, "rev-parse", `refs/heads/${merged.target}`),
    ],
    [
      "it contains the candidate",
      isTrue("merge-base", "--is-ancestor", candidate.commit, merged.target),
    ],
    ["the work tree is clean", says("", "status", "--porcelain")],
    ["the work tree is at the merge", says(merged.commit, "rev-parse", "HEAD")],
    [
      "no file holds conflict markers",
      isTrue("grep", "-qE", CONFLICT_MARKERS, merged.commit).then((isFound) => !isFound),
    ],
    ["the tests pass there", runTests(verification)],
    ["the finding is confirmed by the fix", Promise.resolve(isConfirmed(view))],
    ["author and reviewer are of different families", Promise.resolve(isForeign(view))],
  ];
  return Promise.all(conditions.map(async ([name, holds]) => ({ name, isMet: await holds })));
}

async function runTests({ sample, root, env, signal }: Verification): Promise<boolean> {
  const known = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const result = await run("sh", ["-c", sample.check], {
    cwd: root,
    env: Object.fromEntries(known),
    timeoutMs: TESTS_TIMEOUT_MS,
    signal,
  });
  signal.throwIfAborted();
  return result.code === 0 && /^ok /mu.test(result.stdout);
}

const isConfirmed = ({ findings }: RunView): boolean =>
  findings.some(({ verdict }) => verdict === "confirmed") &&
  findings.every(({ verdict }) => verdict !== "reproduced");

const isForeign = ({ families }: RunView): boolean =>
  families.authors.length > 0 &&
  families.reviewers.length > 0 &&
  families.reviewers.every((family) => !families.authors.includes(family));
