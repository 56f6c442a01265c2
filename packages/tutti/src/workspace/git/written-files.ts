/** What a process that died while it wrote a work tree left of the files that it was to bring. */
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "@tutti/protocol";
import { statOf } from "../stat.ts";
import { fields, type Caller } from "./git.ts";

type Step = { readonly from: CommitId; readonly to: CommitId };

type Row = {
  readonly path: string;
  /** Mode and id after the step, as an index entry has them; null for a path that it removes. */
  readonly entry: string | null;
  /** The id of nothing, as long as the repository's ids are. */
  readonly zero: string;
};

/** Paths hashed by one git: a line of 41 or 65 bytes comes back for each. */
const PATHS_PER_CALL = 10_000;

/**
 * Some files are at the new content and the index is at the old. Their entries are set to what lies
 * on disk, so that git goes on with the rest and still refuses to overwrite what a person changed
 * since.
 */
export async function acceptWritten(call: Caller, root: string, step: Step): Promise<void> {
  const rows = await rowsOf(call, step);
  const present = await onDisk(
    call,
    root,
    rows.map(({ path }) => path),
  );
  const entries = rows.flatMap(({ path, entry, zero }) => {
    if ((present.get(path) ?? null) !== entry) return [];
    return entry === null ? `0 ${zero}\t${path}\0` : `${entry}\t${path}\0`;
  });
  if (entries.length === 0) return;
  await call(["update-index", "-z", "--index-info"], { stdin: entries.join("") });
  await call(["update-index", "-q", "--really-refresh"]);
}

async function rowsOf(call: Caller, step: Step): Promise<readonly Row[]> {
  const raw = await call(["diff-tree", "-r", "-z", "--raw", "--no-renames", step.from, step.to]);
  const parts = fields(raw.stdout);
  const rows: Row[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = "", , to = "", status] = parts[at]?.split(" ") ?? [];
    const entry = status === "D" ? null : `${mode} ${to}`;
    rows.push({ path: parts[at + 1] ?? "", entry, zero: "0".repeat(to.length) });
  }
  return rows;
}

/** Mode and id that each path on disk would have as an entry; a path that is not there is left out. */
async function onDisk(
  call: Caller,
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const files = new Map<string, string>();
  for (const path of paths) {
    const stat = statOf(join(root, path));
    if (stat === null) continue;
    if (stat.isSymbolicLink()) found.set(path, `120000 ${await linkId(call, join(root, path))}`);
    else if (!stat.isFile()) found.set(path, "other");
    else files.set(path, (stat.mode & 0o100) === 0 ? "100644" : "100755");
  }
  const ids = await fileIds(call, [...files.keys()]);
  for (const [path, mode] of files) found.set(path, `${mode} ${ids.get(path) ?? ""}`);
  return found;
}

async function linkId(call: Caller, path: string): Promise<string> {
  const stdin = readlinkSync(path, { encoding: "buffer" });
  return (await call(["hash-object", "--stdin"], { stdin })).stdout.trim();
}

/** One git for many files: a merge may bring thousands, and a start waits for this. */
async function fileIds(
  call: Caller,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const plain = paths.filter((path) => isPlain(path));
  const ids = new Map<string, string>();
  for (let at = 0; at < plain.length; at += PATHS_PER_CALL) {
    const some = plain.slice(at, at + PATHS_PER_CALL);
    const out = await call(["hash-object", "--stdin-paths"], { stdin: `${some.join("\n")}\n` });
    const lines = out.stdout.split("\n");
    for (const [index, path] of some.entries()) ids.set(path, lines[index] ?? "");
  }
  for (const path of paths) {
    if (isPlain(path) && ids.get(path) !== "") continue;
    const out = await call(["hash-object", "--path", path, "--", path]);
    ids.set(path, out.stdout.trim());
  }
  return ids;
}

/** Whether a line can carry it as it is; a quote at its begin would be read as quoting. */
const isPlain = (path: string): boolean => !path.includes("\n") && !path.startsWith('"');
