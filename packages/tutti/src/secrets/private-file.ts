/** Files that only this user may read: anything looser is refused, not mended behind his back. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { TuttiError } from "@tutti/protocol";

/** Keys are small. In bytes. */
const FILE_MAX_BYTES = 4 * 1024 * 1024;

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** Null when it is not there. TuttiError `secrets.exposed` when others may read it or it is no file of this user. */
export function readPrivateFile(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    if (codeOf(error) === "ELOOP") throw exposed(path, "is a link");
    throw error;
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw exposed(path, "is not a plain file");
    if (facts.uid !== process.getuid?.()) throw exposed(path, "belongs to another user");
    if ((facts.mode & 0o077) !== 0) throw exposed(path, "can be read or changed by others");
    if (facts.size > FILE_MAX_BYTES) throw exposed(path, "is too large");
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

function exposed(path: string, why: string): TuttiError {
  return new TuttiError("secrets.exposed", `${path} ${why}.`, { facts: { path } });
}
