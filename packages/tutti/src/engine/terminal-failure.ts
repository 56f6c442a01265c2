/** How a terminal ended, and why where it failed: for whoever comes to see it later. */
import { ERRORS, type TerminalEnd, type TerminalFailure, TuttiError } from "@tutti/protocol";
import { fileFailure } from "../platform/file-failure.ts";

export type Ending = {
  readonly reason: TerminalEnd;
  readonly code: number | null;
  readonly failure: TerminalFailure | null;
};

/** A defect is told without its inside. */
export function failureOf(error: unknown): TerminalFailure {
  const known = error instanceof TuttiError ? error : fileFailure(error);
  if (known === null) {
    const detail = "The daemon failed in a way that it does not know.";
    return { code: "internal", detail, mend: ERRORS.internal.mend };
  }
  return { code: known.code, detail: known.message, mend: ERRORS[known.code].mend };
}
