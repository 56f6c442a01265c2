/** What SQLite reports, as codes a person can act on. */
import { TuttiError } from "@tutti/protocol";
import { z } from "zod";

const SqliteError = z.object({ code: z.literal("ERR_SQLITE_ERROR"), errcode: z.number().int() });

/** Primary result codes of SQLite; the upper bytes of `errcode` say more. */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const CONSTRAINT = 19;
const NOTADB = 26;

/** Primary result code, or `null` when SQLite has nothing to do with the error. */
function resultCode(error: unknown): number | null {
  const parsed = SqliteError.safeParse(error);
  return parsed.success ? parsed.data.errcode & 0xff : null;
}

/** True when one statement was wrong and the rest of its transaction may still be good. */
export function isOwnFault(error: unknown): boolean {
  const code = resultCode(error);
  return code === null || code === CONSTRAINT;
}

/** An error of SQLite as a TuttiError; every other error as it is. */
export function toFailure(error: unknown, file: string): unknown {
  const code = resultCode(error);
  if (code === null || code === CONSTRAINT) return error;
  const text = error instanceof Error ? error.message : String(error);
  const facts = { file };
  if (code === FULL) {
    const message = `no space left for ${file}`;
    return new TuttiError("disk.full", message, { retry: "later", facts, cause: error });
  }
  if (code === CORRUPT || code === NOTADB) return corrupt(file, text, error);
  const message = `${file}: ${text}`;
  if (code === BUSY) {
    return new TuttiError("store.busy", message, { retry: "later", facts, cause: error });
  }
  return new TuttiError("store.failed", message, { retry: "later", facts, cause: error });
}

export function corrupt(file: string, detail: string, cause?: unknown): TuttiError {
  return new TuttiError("store.corrupt", `${file} is damaged: ${detail}`, {
    facts: { file },
    cause,
  });
}
