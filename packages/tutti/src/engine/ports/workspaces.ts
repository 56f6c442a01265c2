import type {
  Candidate,
  CandidateEdit,
  CommitId,
  EffectId,
  LeftOutFile,
  MergeRefusal,
  Policy,
  RunId,
} from "./types.ts";
import type { Mount, Place, ThrowAway } from "./place.ts";
import type { EgressAnswers } from "./sandbox.ts";

/** What a workspace is made from; the same for every call of one run. */
export type RunSource = {
  readonly run: RunId;
  /** The user's work tree. */
  readonly project: string;
  readonly base: Candidate;
  readonly policy: Policy;
};

export type ChangedFile = Diff["files"][number] & {
  /** Lines; null for a file that is not text. */
  readonly added: number | null;
  readonly removed: number | null;
};

/** Lines of a file by the commit, after `from`, that brought them. */
export type Blame = {
  readonly lines: readonly {
    readonly start: number;
    readonly count: number;
    readonly commit: CommitId;
  }[];
  /** Commits after `from` that changed the file, oldest first. */
  readonly touched: readonly CommitId[];
  /** Git took too long: nothing is known of it. */
  readonly isLate: boolean;
};

export type Diff = {
  readonly patch: string;
  readonly files: readonly {
    readonly path: string;
    readonly status: "added" | "modified" | "deleted" | "renamed";
    readonly from: string | null;
  }[];
  readonly truncated: boolean;
};

export type Landing =
  | {
      readonly kind: "prepared";
      readonly tip: CommitId | null;
      readonly landing: Candidate;
      readonly overlap: readonly string[];
    }
  | { readonly kind: "conflict"; readonly tip: CommitId; readonly paths: readonly string[] };

export type Applied =
  | {
      readonly kind: "applied";
      readonly commit: CommitId;
      readonly target: string;
      readonly workTree: "updated" | "not-checked-out";
    }
  | { readonly kind: "refused"; readonly reason: MergeRefusal; readonly message: string };

/**
 * Private clones of a project and everything git. Every operation is idempotent under its key, so a
 * crash in the middle is mended by doing it again. Refuses (TuttiError) rather than degrades.
 */
export type Workspaces = {
  /** Shared clone, recipe, dependency copy. Returns facts for people (set-up time, warnings). */
  readonly prepare: (
    source: RunSource,
    options: {
      readonly onOutput: (text: string) => void;
      readonly signal: AbortSignal;
      /** What people said about hosts that the recipe does not list. */
      readonly egressAnswers?: EgressAnswers;
    },
  ) => Promise<{ readonly root: string; readonly facts: readonly string[] }>;
  /** The author's place: the run's own clone, writable; or only to be looked at. */
  readonly authorPlace: (
    source: RunSource,
    options?: { readonly access: Mount["access"] },
  ) => Promise<Place>;
  /** A private copy on a frozen commit. `review`: base plus one synthetic commit of the candidate with a neutral message, nothing of the author's. */
  readonly throwAway: (
    source: RunSource,
    options: {
      readonly key: EffectId | string;
      readonly commit: CommitId;
      readonly purpose: "checks" | "review" | "read-only";
    },
  ) => Promise<ThrowAway>;
  /** Commits what the workspace holds and brings it into the vault under `refs/tutti/`. Returns the present candidate when nothing changed. */
  readonly checkpoint: (
    source: RunSource,
    options: {
      readonly key: EffectId;
      readonly message: string;
      readonly author: { readonly name: string; readonly email: string } | null;
    },
  ) => Promise<{
    readonly candidate: Candidate;
    readonly parent: CommitId;
    readonly changed: readonly string[];
  }>;
  /**
   * Makes a candidate that a person wants in place of the present one, and puts the author's clone onto
   * it. TuttiError `file.unknown`, `hunk.*`, `hunks.everything`; `candidate.moved` where the workspace
   * holds something else than the candidate.
   */
  readonly editCandidate: (
    source: RunSource,
    options: { readonly key: EffectId; readonly message: string; readonly edit: CandidateEdit },
  ) => Promise<{
    readonly candidate: Candidate;
    readonly parent: CommitId;
    readonly changed: readonly string[];
  }>;
  /** Throws what leaving out would refuse; changes nothing. */
  readonly checkLeavingOut: (
    source: RunSource,
    options: {
      readonly base: CommitId;
      readonly candidate: Candidate;
      readonly files: readonly LeftOutFile[];
    },
  ) => Promise<void>;
  /** Puts the author's clone back to a commit of the vault. */
  readonly restore: (source: RunSource, commit: CommitId) => Promise<void>;
  readonly diff: (
    source: RunSource,
    options: {
      readonly from: CommitId;
      readonly to: CommitId;
      readonly maxBytes?: number;
      /** Only the patch of these files, by their exact names. */
      readonly paths?: readonly string[];
    },
  ) => Promise<Diff>;
  /** Every file of a diff with its numbers of lines; never cut. */
  readonly changes: (
    source: RunSource,
    options: { readonly from: CommitId; readonly to: CommitId },
  ) => Promise<readonly ChangedFile[]>;
  readonly blame: (
    source: RunSource,
    options: {
      readonly from: CommitId;
      readonly to: CommitId;
      readonly path: string;
      /** The file is not there any more: no line is anybody's. */
      readonly isGone: boolean;
    },
  ) => Promise<Blame>;
  /** Every commit after `from` that these hold → the first of these, in their order, that holds it. */
  readonly owners: (
    source: RunSource,
    options: { readonly from: CommitId; readonly checkpoints: readonly CommitId[] },
  ) => Promise<ReadonlyMap<CommitId, CommitId>>;
  /** What merging into a branch would meet at this moment; moves and keeps nothing. */
  readonly conflicts: (
    source: RunSource,
    options: { readonly target: string; readonly commit: CommitId },
  ) => Promise<{ readonly tip: CommitId | null; readonly paths: readonly string[] }>;
  /** Flags of a diff that touches what judges it; the counts of tests are compared by the domain. */
  readonly landing: (
    source: RunSource,
    options: {
      readonly key: EffectId;
      readonly target: string;
      readonly to: "target" | "branch";
      readonly candidate: Candidate;
      readonly trailers: readonly string[];
      readonly title: string;
      readonly at: number;
    },
  ) => Promise<Landing>;
  /** Moves the target by compare-and-swap on the verified tip; recoverable after a crash at any point. */
  readonly apply: (
    source: RunSource,
    options: {
      readonly key: EffectId;
      readonly target: string;
      readonly to: "target" | "branch";
      readonly tip: CommitId | null;
      readonly landing: Candidate;
      readonly candidate: Candidate;
    },
  ) => Promise<Applied>;
  /** Parks unmerged work under `refs/tutti/`, runs teardown, removes the clone. */
  readonly dispose: (source: RunSource) => Promise<{
    readonly parked: readonly string[];
    /** The repository that holds it. */
    readonly vault: string;
  }>;
  /** Removes half-made clones and throw-away places that no live run owns. */
  readonly recover: (live: readonly RunId[]) => Promise<{ readonly removed: number }>;
  /** The same while runs are under way: removes only what no live run owns. */
  readonly sweep: (live: readonly RunId[]) => Promise<{ readonly removed: number }>;
};

/** Read-only facts of the user's repository, before a run exists. */
export type Repositories = {
  /** Work tree root, or TuttiError `repository.*` / `git.*`. */
  readonly open: (path: string) => Promise<{
    readonly root: string;
    readonly branch: string | null;
    readonly dirty: readonly string[];
  }>;
  readonly resolve: (root: string, ref: string) => Promise<Candidate>;
  readonly readFile: (root: string, commit: CommitId, path: string) => Promise<string | null>;
  readonly listFiles: (
    root: string,
    commit: CommitId,
    folder: string,
  ) => Promise<readonly string[]>;
  /** Whether a commit is part of another's history. */
  readonly contains: (
    root: string,
    pair: { readonly commit: CommitId; readonly in: CommitId },
  ) => Promise<boolean>;
  /** Local branches, the newest commit first; at most some hundreds. */
  readonly branches: (root: string) => Promise<readonly string[]>;
  /** Whether a branch follows a remote. */
  readonly follows: (root: string, branch: string) => Promise<boolean>;
};
