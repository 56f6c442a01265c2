import { copyFileSync, statSync, utimesSync } from "node:fs";

/**
 * Copies a file, such as a git index, together with its age. Git compares the times of files by whole seconds and
 * looks at the content of those that are not older than the index: a copy that looks younger would
 * hide an edit of the same size made in the second in which the index was written.
 */
export function copyWithAge(from: string, to: string): void {
  copyFileSync(from, to);
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
}
