import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { randomBase32 } from "./ids.ts";

export type AtomicWriteOptions = {
  /** Permission bits of the new file. */
  readonly mode?: number;
  /** `false` for files that need not outlive a power cut, only a killed process. */
  readonly isDurable?: boolean;
};

/** Names that `writeFileAtomic` gives to files until they are whole. */
const HALF_WRITTEN = /^(.+)\.[a-z0-9]{8}\.tmp$/u;

/**
 * Replaces a file as a whole: whoever reads sees the old content or the new one, and after a crash
 * one of the two is there. With `isDurable` (the default) the new one is on disk when this returns.
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): void {
  const { mode = 0o600, isDurable = true } = options;
  const temporary = `${path}.${randomBase32(8)}.tmp`;
  try {
    writeAndSync(temporary, content, { mode, isDurable });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (isDurable) syncFolder(dirname(path));
}

/** A file that is as it should be already is not written: on a full disk too a daemon starts. */
export function keepFileAs(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): void {
  if (!isAlready(path, content)) writeFileAtomic(path, content, options);
}

function isAlready(path: string, content: string | Uint8Array): boolean {
  try {
    return readFileSync(path).equals(Buffer.from(content));
  } catch {
    return false; // not there
  }
}

/**
 * Removes what a killed process left of files that it was about to write. `isAbandoned` gets the name
 * of the file that was meant; a folder that others write into at the same time needs it.
 */
export function clearHalfWritten(
  folder: string,
  isAbandoned: (name: string) => boolean = () => true,
): void {
  for (const name of readdirSync(folder)) {
    const [, meant] = HALF_WRITTEN.exec(name) ?? [];
    if (meant !== undefined && isAbandoned(meant)) rmSync(join(folder, name), { force: true });
  }
}

function writeAndSync(
  path: string,
  content: string | Uint8Array,
  { mode, isDurable }: Required<AtomicWriteOptions>,
): void {
  const descriptor = openSync(path, "wx", mode);
  try {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    if (isDurable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes renames and creations inside a folder durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
