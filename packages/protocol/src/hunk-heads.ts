/** Hunks of a file in a change are called by their heads, such as `-12,3 +12,5`, in the order of the patch. */

/**
 * Git's lines end with a line feed alone: text of a file may hold other ends, and a forged head behind
 * one. Every other line of a patch begins with a blank, a sign, a backslash or a letter.
 */
const HEAD = /(?<![^\n])@@ (-\d+(?:,\d+)? \+\d+(?:,\d+)?) @@/gu;

export const hunkHeads = (patch: string): readonly string[] =>
  [...patch.matchAll(HEAD)].flatMap((match) => match[1] ?? []);
