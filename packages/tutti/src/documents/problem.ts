/** What is wrong in a file a person wrote: where, what, and how to mend it. */

/** Line of what stands in no file, such as an option of a command. */
export const NO_LINE = 0;

export type Problem = {
  readonly file: string;
  /** From 1, or `NO_LINE`. */
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
export const formatProblem = ({ file, line, level, message, mend }: Problem): string => {
  const where = line === NO_LINE ? file : `${file}:${line}`;
  return `${where}: ${level}: ${message} ${mend}`.trimEnd();
};

/** In the order of the file; at one line, errors first. */
export const sortProblems = (problems: readonly Problem[]): Problem[] =>
  [...problems].toSorted(
    (one, other) => one.line - other.line || one.level.localeCompare(other.level),
  );
