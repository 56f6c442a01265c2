/** What every git operation of one run works with. */
import type { CommitId, RunId } from "@tutti/protocol";
import type { RunFolders } from "../layout.ts";
import { OWN_IDENTITY } from "./clone.ts";
import type { Git } from "./git.ts";
import type { Identity, Source } from "./source.ts";
import type { Vault } from "./vault.ts";

export type RunGit = {
  readonly git: Git;
  readonly run: RunId;
  readonly source: Source;
  readonly vault: Vault;
  readonly folders: RunFolders;
  readonly base: CommitId;
};

export const identityOf = (source: Source): Identity => source.identity ?? OWN_IDENTITY;

/** Environment of `commit-tree`. Dates in milliseconds since the epoch; absent: now. */
export function signature(
  author: Identity,
  committer: Identity,
  at?: number,
): Readonly<Record<string, string>> {
  const date = at === undefined ? null : `@${Math.floor(at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: clean(author.name),
    GIT_AUTHOR_EMAIL: clean(author.email),
    GIT_COMMITTER_NAME: clean(committer.name),
    GIT_COMMITTER_EMAIL: clean(committer.email),
    ...(date === null ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }),
  };
}

/** git refuses an empty name, and angle brackets and line breaks would split the line. */
const clean = (text: string): string => text.replaceAll(/[\p{Cc}<>]/gu, "").trim() || "unknown";
