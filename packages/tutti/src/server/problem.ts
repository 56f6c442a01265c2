/** Errors on the wire: RFC 9457 problems with a stable code and what to do next. */
import { ERRORS, TuttiError, type ErrorCode, type Problem } from "@tutti/protocol";
import { fileFailure } from "../platform/file-failure.ts";
import type { Log } from "../platform/log.ts";

const PROBLEM_TYPE = "application/problem+json";

function problemOf(code: ErrorCode, detail: string): Problem {
  const { status, mend } = ERRORS[code];
  return { type: `urn:tutti:error:${code}`, title: code, status, detail, code, mend };
}

/** A problem for who writes to a socket himself. */
export function problemText(code: ErrorCode, detail: string) {
  const problem = problemOf(code, detail);
  return { status: problem.status, type: PROBLEM_TYPE, text: JSON.stringify(problem) };
}

export function problemResponse(code: ErrorCode, detail: string): Response {
  const { status, type, text } = problemText(code, detail);
  return new Response(text, { status, headers: { "content-type": type } });
}

/** What was thrown, as an answer. A defect is told without its inside; that goes to the log. */
export function responseToError(error: unknown, log: Log): Response {
  const known = error instanceof TuttiError ? error : fileFailure(error);
  if (known !== null) return problemResponse(known.code, known.message);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error("server.defect", { message, stack: stack ?? null });
  return problemResponse("internal", "The daemon failed in a way that it does not know.");
}
