/**
 * The tree of a candidate without some parts of its change. Computed from the files of both sides as
 * they are stored, byte for byte, with an index of the host's own: no patch is applied, no filter runs
 * and no work tree is read. A hunk is left out by putting the lines of the base in its place.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  TreeId,
  TuttiError,
  type Candidate,
  type CommitId,
  type HunkName,
  type LeftOutFile,
} from "@tutti/protocol";
import { hunkHeads } from "@tutti/protocol/hunk-heads";
import { randomBase32 } from "../../platform/ids.ts";
import { PLAIN } from "./diff.ts";
import { fields } from "./git.ts";
import { changedNames } from "./refs.ts";
import type { RunGit } from "./run-git.ts";
import { storeBlob } from "./store-blob.ts";
import { unnamedChanges } from "./unnamed.ts";

/** Of the patch of one file; what is longer can be left out as a whole only. */
const PATCH_MAX_BYTES = 24 << 20;
const LINK_MODE = "160000";
const NO_MODE = "000000";
const NEWLINE = 10;
/** Of the list of hunks in a refusal. */
const KNOWN_MAX_CHARS = 500;

type Side = { readonly mode: string; readonly id: string; readonly path: string };
/** Null: the file is not there on that side. */
type Change = { readonly base: Side | null; readonly candidate: Side | null };

export type LeaveOut = {
  readonly base: CommitId;
  readonly candidate: Candidate;
  readonly files: readonly LeftOutFile[];
};

type Asked = { readonly file: LeftOutFile; readonly from: CommitId; readonly to: CommitId };

/** Throws `file.unknown`, `hunk.unknown`, `hunk.entangled` or `hunks.everything`. */
export async function treeWithout(work: RunGit, options: LeaveOut): Promise<TreeId> {
  const { base, candidate, files } = options;
  const changes = await changesOf(work, { from: base, to: candidate.commit });
  const removed: string[] = [];
  const put: Side[] = [];
  for (const file of files) {
    const change = changes.get(file.path);
    changes.delete(file.path); // named twice, it would not be clear what is meant
    if (change === undefined) {
      throw new TuttiError("file.unknown", `The change has no file ${JSON.stringify(file.path)}.`);
    }
    const asked = { file, from: base, to: candidate.commit };
    await requireNamed(work, asked);
    const after = await without(work, asked, change);
    if (change.candidate !== null) removed.push(change.candidate.path);
    if (after !== null) put.push(after);
  }
  const tree = await editedTree(work, { candidate, removed, put });
  const allowed = new Set([...removed, ...put.map(({ path }) => path)]);
  const touched = await changedNames(work.vault.call, { from: candidate.tree, to: tree });
  const other = touched.find((path) => !allowed.has(path));
  if (other !== undefined) {
    throw new TuttiError("hunk.entangled", `${JSON.stringify(other)} would go with it.`);
  }
  const left = await changedNames(work.vault.call, { from: base, to: tree });
  if (left.length > 0) return tree;
  throw new TuttiError("hunks.everything", "Without these hunks nothing of the change is left.");
}

/** What is shown of a name that is no text names nothing: nothing would be left out by it. */
async function requireNamed(work: RunGit, { file: { path }, from, to }: Asked): Promise<void> {
  if ((await unnamedChanges(work, { from, to, path })).length === 0) return;
  const mend = "Take the workspace and remove the file there";
  throw new TuttiError("file.unknown", `The name of ${JSON.stringify(path)} is no text. ${mend}.`);
}

/** By the path that the diff shows: the new one, or the old one of a file that is gone. */
async function changesOf(
  { vault }: RunGit,
  { from, to }: { readonly from: CommitId; readonly to: CommitId },
): Promise<Map<string, Change>> {
  const out = await vault.call(["diff-tree", "-r", "-M", "--raw", "-z", ...PLAIN, from, to]);
  const parts = fields(out.stdout);
  const found = new Map<string, Change>();
  const next = parts.values();
  for (const facts of next) {
    const [fromMode = "", toMode = "", fromId = "", toId = "", status = ""] = facts.split(" ");
    const path: string = next.next().value ?? "";
    const now = status.startsWith("R") ? (next.next().value ?? "") : path;
    found.set(now, {
      base: sideOf(fromMode.slice(1), fromId, path),
      candidate: sideOf(toMode, toId, now),
    });
  }
  return found;
}

const sideOf = (mode: string, id: string, path: string): Side | null =>
  mode === NO_MODE ? null : { mode, id, path };

/** What stands in the file's place then; null: nothing. */
async function without(work: RunGit, asked: Asked, change: Change): Promise<Side | null> {
  const { base, candidate } = change;
  if (asked.file.hunks === null) return base;
  const hunks = await hunksOf(work, asked, change);
  // The one hunk of a file that came or went is the file.
  if (base === null || candidate === null) return base;
  const [before, after] = [await linesOf(work, base.id), await linesOf(work, candidate.id)];
  return { ...candidate, id: await storeBlob(work, spliced(hunks, before, after)) };
}

/** Lines from `start`, counted from 0, up to `end`. */
type Span = { readonly start: number; readonly end: number };
type Hunk = { readonly old: Span; readonly new: Span };

/** Those that are named, in their order; they are those of the diff that people see. */
async function hunksOf({ vault }: RunGit, asked: Asked, change: Change): Promise<readonly Hunk[]> {
  const { file, from, to } = asked;
  const sides = [change.base, change.candidate].flatMap((side) => side ?? []);
  const paths = new Set(sides.map(({ path }) => path));
  const isWholeOnly =
    sides.some(({ mode }) => mode === LINK_MODE) || new Set(sides.map(kindOf)).size > 1;
  const out = await vault.call(
    ["diff-tree", "-r", "-M", "-p", "--full-index", ...PLAIN, from, to, "--", ...paths],
    { maxOutputBytes: PATCH_MAX_BYTES, isCut: true },
  );
  const names = isWholeOnly || out.isCut ? [] : hunkHeads(out.stdout);
  const wanted = new Set(file.hunks);
  for (const name of names) wanted.delete(name);
  const [unknown] = wanted;
  if (unknown === undefined) {
    return names.filter((name) => file.hunks?.includes(name) === true).map((name) => hunkOf(name));
  }
  const known = names.length === 0 ? "none that can be left out alone" : names.join("; ");
  const message = `${JSON.stringify(file.path)} has no hunk ${unknown}. Its hunks: ${cut(known)}.`;
  throw new TuttiError("hunk.unknown", message);
}

const cut = (text: string): string =>
  text.length > KNOWN_MAX_CHARS ? `${text.slice(0, KNOWN_MAX_CHARS)} …` : text;

/** A file, a symbolic link, a submodule. */
const kindOf = ({ mode }: Side): string => mode.slice(0, 3);

function hunkOf(name: HunkName): Hunk {
  const [old = "", now = ""] = name.split(" ");
  return { old: spanOf(old), new: spanOf(now) };
}

/** `-12,3`; without a count one line; a span of none names the line before it. */
function spanOf(text: string): Span {
  const [line = "", count = "1"] = text.slice(1).split(",");
  const length = Number(count);
  const start = length === 0 ? Number(line) : Number(line) - 1;
  return { start, end: start + length };
}

/** With their line ends, whatever those are; the last one may have none. */
async function linesOf({ vault }: RunGit, id: string): Promise<readonly Buffer[]> {
  const { bytes } = await vault.call(["cat-file", "blob", id]);
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, at);
    const end = found === -1 ? bytes.length : found + 1;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}

function spliced(
  hunks: readonly Hunk[],
  before: readonly Buffer[],
  after: readonly Buffer[],
): Buffer {
  const pieces: (readonly Buffer[])[] = [];
  let at = 0;
  for (const hunk of hunks) {
    pieces.push(after.slice(at, hunk.new.start), before.slice(hunk.old.start, hunk.old.end));
    at = hunk.new.end;
  }
  pieces.push(after.slice(at));
  return Buffer.concat(pieces.flat());
}

type Edited = {
  readonly candidate: Candidate;
  readonly removed: readonly string[];
  readonly put: readonly Side[];
};

async function editedTree(
  { vault, folders }: RunGit,
  { candidate, removed, put }: Edited,
): Promise<TreeId> {
  const indexFile = join(folders.host, `leave-out-${randomBase32(8)}`);
  const call = { indexFile };
  try {
    await vault.call(["read-tree", candidate.tree], call);
    const rows = [
      ...removed.map((path) => `0 ${"0".repeat(candidate.tree.length)}\t${path}\0`),
      ...put.map(({ mode, id, path }) => `${mode} ${id}\t${path}\0`),
    ];
    await vault.call(["update-index", "-z", "--index-info"], { ...call, stdin: rows.join("") });
    return TreeId.parse((await vault.call(["write-tree"], call)).stdout.trim());
  } finally {
    rmSync(indexFile, { force: true });
    rmSync(`${indexFile}.lock`, { force: true });
  }
}
