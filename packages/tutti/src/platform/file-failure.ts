/** What the file system refuses, as errors a person can act on. */
import { TuttiError } from "@tutti/protocol/errors";

const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);
/** Stays so for as long as nobody changes it. */
const UNWRITABLE: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR"]);

/** `disk.full` or `data.unwritable`; `null` for every other error. */
export function fileFailure(error: unknown): TuttiError | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  const { code, message } = error;
  if (FULL.has(code)) return new TuttiError("disk.full", message, { retry: "later", cause: error });
  return UNWRITABLE.has(code) ? new TuttiError("data.unwritable", message, { cause: error }) : null;
}
