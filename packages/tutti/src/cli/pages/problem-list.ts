/** Problems of files, as compilers write them. */
import { formatProblem, type Problem } from "../../documents/problem.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";

export const problemLines = (problems: readonly Problem[], style: Style): string[] =>
  problems.map((problem) => {
    const isError = problem.level === "error";
    const mark = style.paint(isError ? "refused" : "waiting", isError ? "✕" : "!");
    return `${mark} ${printableLine(formatProblem(problem))}`;
  });
