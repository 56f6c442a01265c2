/**
 * The agent's own commits. They are fetched from the clone into the vault, every object checked on
 * the way. What is taken is a history that goes on from the present candidate; anything else (an
 * amended or rewound history, a broken or tampered clone) is not, and the checkpoint then records
 * the files alone.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CommitId } from "@tutti/protocol";
import { gitFolderTampering } from "../sandbox/protected-names.ts";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import { cloneConfig } from "./clone.ts";
import { isAncestor, runRefs } from "./refs.ts";
import type { RunGit } from "./run-git.ts";

const INGEST_TIMEOUT_MS = 300_000;
/** HEAD and a loose ref are one short line, the configuration a few. */
const PLAIN_FILE_BYTES = 8192;

export type Ingested = {
  /** The clone's HEAD when it goes on from `head`; otherwise null. */
  readonly commit: CommitId | null;
  /** The clone's administration cannot be trusted any more; it has to be made afresh. */
  readonly isTampered: boolean;
};

export async function ingest(work: RunGit, head: CommitId): Promise<Ingested> {
  const { git, vault, folders } = work;
  if (gitFolderTampering(folders.tree).length > 0) return { commit: null, isTampered: true };
  if (ownHead(work) === head) return { commit: head, isTampered: false };
  // Read-only in the fence; without a fence an agent can write it, and fetching reads it.
  const config = join(folders.tree, ".git/config");
  const expected = cloneConfig(work.source);
  if (readPlainFile(config) !== expected)
    writeFileAtomic(config, expected, { mode: 0o644, isDurable: false });
  const ref = runRefs(work.run).ingest;
  git.writeConfig(folders.gitConfig, [folders.tree, join(folders.tree, ".git")]);
  const fetched = await vault.call(
    [
      "fetch",
      "-q",
      "--no-tags",
      "--no-write-fetch-head",
      "--no-auto-maintenance",
      "--no-recurse-submodules",
      "--no-show-forced-updates",
      "--update-shallow",
      folders.tree,
      `+HEAD:${ref}`,
    ],
    {
      isTransport: true,
      globalConfig: folders.gitConfig,
      timeoutMs: INGEST_TIMEOUT_MS,
      accept: [1, 128],
    },
  );
  if (fetched.code !== 0) return { commit: null, isTampered: false };
  const out = await vault.call(["rev-parse", "--verify", `${ref}^{commit}`]);
  const commit = CommitId.parse(out.stdout.trim());
  const goesOn = await isAncestor(vault.call, { ancestor: head, of: commit });
  return { commit: goesOn ? commit : null, isTampered: false };
}

/** The commit the clone's own branch is on, read without git; null when that is not plain to see. */
export function ownHead({ folders, run }: Pick<RunGit, "folders" | "run">): string | null {
  const branch = `refs/heads/${runRefs(run).branch}`;
  const head = readPlainFile(join(folders.tree, ".git/HEAD"));
  if (head?.trim() !== `ref: ${branch}`) return null;
  return readPlainFile(join(folders.tree, ".git", branch))?.trim() ?? null;
}

/** No link is followed at the end of the path, no pipe is waited for, nothing large is read. */
function readPlainFile(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch {
    return null; // absent, a link, or not ours to read: all the same here
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > PLAIN_FILE_BYTES) return null;
    const buffer = Buffer.alloc(PLAIN_FILE_BYTES);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}
