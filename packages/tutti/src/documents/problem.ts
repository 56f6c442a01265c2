/** What is wrong in a file a person wrote: where, what, and how to mend it. */

export type Problem = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly mend: string;
  /** An error refuses the file; a warning is shown and the file works. */
  readonly level: "error" | "warning";
};

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some((problem) => problem.level === "error");

/** `FILE:LINE: error: what is wrong. How to mend it.`, one line, as compilers write it. */
export const formatProblem = (problem: Problem): string =>
  `${problem.file}:${problem.line}: ${problem.level}: ${problem.message} ${problem.mend}`.trimEnd();

/** In the order of the file; at one line, errors first. */
export const sortProblems = (problems: readonly Problem[]): Problem[] =>
  [...problems].toSorted(
    (one, other) => one.line - other.line || one.level.localeCompare(other.level),
  );
