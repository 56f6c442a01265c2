/** What a run changed: the list of files, the patch of all or of one, and who wrote which lines. */
import { z } from "zod";
import { Candidate } from "./check.ts";
import { CommitId, Instant, StepKey } from "./ids.ts";

/** Longest path of one file in a query. */
export const MAX_PATH_CHARS = 4096;

export const DiffFile = z.object({
  path: z.string(),
  status: z.enum(["added", "modified", "deleted", "renamed"]),
  from: z.string().nullable(),
  /** Lines; null for a file that is not text. */
  added: z.number().int().nonnegative().nullable(),
  removed: z.number().int().nonnegative().nullable(),
});
export type DiffFile = z.infer<typeof DiffFile>;

export const DiffView = z.object({
  /** The commits that were compared. */
  from: CommitId,
  to: CommitId,
  /** Of all files, or of the one that was asked for; empty where only the list was. */
  patch: z.string(),
  /** Always complete, whatever part the patch has. */
  files: z.array(DiffFile),
  /** The patch is longer than its limit and ends early. */
  truncated: z.boolean(),
});
export type DiffView = z.infer<typeof DiffView>;

/** The work of one attempt, or of a person, as a commit of its own. */
export const CheckpointView = z.object({
  commit: CommitId,
  /** The candidate before. */
  parent: CommitId,
  /** Null for a person's work. */
  step: StepKey.nullable(),
  attempt: z.number().int().positive().nullable(),
  by: z.string(),
  /** Everybody whose turns wrote it. */
  authors: z.array(z.object({ name: z.string(), family: z.string(), models: z.array(z.string()) })),
  /** Files. */
  changed: z.number().int().nonnegative(),
  at: Instant,
});
export type CheckpointView = z.infer<typeof CheckpointView>;

export const BlameView = z.object({
  path: z.string(),
  to: CommitId,
  /** In order; each line of the file at `to` that the run wrote, by the checkpoint that brought it. */
  lines: z.array(
    z.object({
      start: z.number().int().positive(),
      count: z.number().int().positive(),
      /** Null where no checkpoint of the run is known to have brought them. */
      checkpoint: CommitId.nullable(),
    }),
  ),
  /** Checkpoints that changed the file, oldest first; removed lines are by one of them. */
  touched: z.array(CommitId),
  /** Git took too long to say who wrote it: nothing is known of the file, which the run may have written all the same. */
  isLate: z.boolean(),
});
export type BlameView = z.infer<typeof BlameView>;

/** Whether the candidate could be merged into the target branch as it is at this moment. */
export const ConflictsView = z.object({
  target: z.string(),
  /** Null while the branch does not exist. */
  tip: CommitId.nullable(),
  commit: CommitId,
  /** Files that git could not merge; empty: it merges. */
  paths: z.array(z.string()),
});
export type ConflictsView = z.infer<typeof ConflictsView>;

/** Files, and hunks of one file, in one request to leave something out. */
const LEFT_OUT_FILES_MAX = 1000;
const LEFT_OUT_HUNKS_MAX = 2000;

/** A hunk of the diff from base to candidate by its head as git writes it, such as `-12,3 +12,5`. */
export const HunkName = z.string().regex(/^-\d{1,9}(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})?$/u);
export type HunkName = z.infer<typeof HunkName>;

export const LeftOutFile = z.object({
  path: z.string().min(1).max(MAX_PATH_CHARS),
  /** Null: all that the change does to the file, its name and mode included. */
  hunks: z.array(HunkName).min(1).max(LEFT_OUT_HUNKS_MAX).nullable(),
});
export type LeftOutFile = z.infer<typeof LeftOutFile>;

export const LeftOutFiles = z.array(LeftOutFile).min(1).max(LEFT_OUT_FILES_MAX);

/** What a person does to the candidate itself. */
export const CandidateEdit = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("leave-out"),
    base: CommitId,
    /** What the hunks are of. */
    candidate: Candidate,
    files: LeftOutFiles,
  }),
  z.object({ kind: z.literal("put-back"), candidate: Candidate, before: Candidate }),
]);
export type CandidateEdit = z.infer<typeof CandidateEdit>;

/** One time that a person left something out; `candidate` is what was left. */
export const LeftOut = z.object({
  before: Candidate,
  candidate: Candidate,
  files: LeftOutFiles,
  by: z.string(),
  at: Instant,
});
export type LeftOut = z.infer<typeof LeftOut>;

/** A file that was on screen, with the hunks that were; one without hunks has none to see. */
const SeenFile = z.object({
  path: z.string().min(1).max(MAX_PATH_CHARS),
  hunks: z.array(HunkName).max(LEFT_OUT_HUNKS_MAX),
});

export const SeenFiles = z.array(SeenFile).min(1).max(LEFT_OUT_FILES_MAX);
export type SeenFiles = z.infer<typeof SeenFiles>;

/** What one person has seen of one candidate, in any browser. */
export const SeenBy = z.object({ by: z.string(), candidate: CommitId, files: SeenFiles });
export type SeenBy = z.infer<typeof SeenBy>;

/** What the one who asks has seen of the present candidate; another candidate begins anew. */
export const SeenView = z.object({
  by: z.string(),
  /** Null while there is none. */
  candidate: CommitId.nullable(),
  files: z.array(SeenFile),
});
export type SeenView = z.infer<typeof SeenView>;

/** How much of a change was before its reader when they approved it, by the count of their own browser. */
export const Seen = z.object({
  files: z.number().int().nonnegative(),
  hunks: z.number().int().nonnegative(),
  /** Of how many; hunks are not counted of files that were never opened. */
  of: z.object({
    files: z.number().int().nonnegative(),
    hunks: z.number().int().nonnegative().nullable(),
  }),
});
export type Seen = z.infer<typeof Seen>;
