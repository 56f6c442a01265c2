/** Heads of hunks in a patch. Every other line of one begins with a blank, a sign, a backslash or a letter. */

/** Behind the end of a line of git's alone: text of a file may hold other ends, and a forged head behind one. */
const HEAD = /(?<![^\n])@@ (-\d+(?:,\d+)? \+\d+(?:,\d+)?) @@/gu;

export const hunkHeads = (patch: string): readonly string[] =>
  [...patch.matchAll(HEAD)].flatMap((match) => match[1] ?? []);
