/**
 * The command line keeps keys by itself, also while no daemon runs that would have it in the audit: then it
 * leaves a note beside the store, without the key, and the next daemon takes it in.
 */
import { appendFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AuditNote } from "@tutti/protocol";
import { z } from "zod";
import { ensurePrivateFolder } from "../platform/paths.ts";
import { codeOf, readPrivateFile } from "./private-file.ts";

const FILE = "key-notes.jsonl";

const KeyNote = AuditNote.extend({
  at: z.number().int().nonnegative(),
  /** The user of this system, and what says that it acts for them. */
  by: z.string().min(1).max(200),
  onBehalf: z.string().max(200).optional(),
});
export type KeyNote = z.infer<typeof KeyNote>;

/** Throws what the file system refuses. */
export const leaveKeyNote = (folder: string, note: KeyNote): void =>
  appendFileSync(join(ensurePrivateFolder(folder), FILE), `${JSON.stringify(note)}\n`, {
    mode: 0o600,
  });

/** In their order. One that cannot be recorded is taken in another time, with those before it once more. */
export async function takeKeyNotes(
  folder: string,
  record: (note: KeyNote) => Promise<void>,
): Promise<void> {
  const path = join(folder, FILE);
  const taken = `${path}.taken`;
  // Left by a daemon that could not record them, or ended meanwhile.
  await recordAll(taken, record);
  try {
    renameSync(path, taken);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return; // there are none
    throw error;
  }
  await recordAll(taken, record);
}

async function recordAll(path: string, record: (note: KeyNote) => Promise<void>): Promise<void> {
  const text = readPrivateFile(path);
  if (text === null) return;
  for (const line of text.split("\n")) {
    const note = KeyNote.safeParse(parsed(line));
    if (note.success) await record(note.data);
  }
  rmSync(path);
}

/** Null where it is damaged. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
