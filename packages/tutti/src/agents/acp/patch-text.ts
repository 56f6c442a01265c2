/**
 * What an agent says that it changed in a file, as hunks for people to read. It is what the agent tells, not
 * what is true of its tree: that is the diff of the candidate. Line ends are an agent's as well.
 */
import { structuredPatch, type StructuredPatchHunk } from "diff";
import { PATCH_CONTEXT_LINES, PATCH_MAX_CHARS, PATCH_MAX_EDITS } from "./limits.ts";

type Change = {
  readonly path: string;
  readonly oldText?: string | null | undefined;
  readonly newText: string;
};

export function patchText({ path, oldText, newText }: Change): string {
  const name = path.replaceAll(/\s+/gu, " ");
  const before = oldText ?? "";
  if (before.length + newText.length > PATCH_MAX_CHARS)
    return `${name}: ${linesOf(before).length} lines before, ${linesOf(newText).length} after`;
  const found = structuredPatch("", "", before, newText, "", "", {
    context: PATCH_CONTEXT_LINES,
    maxEditLength: PATCH_MAX_EDITS,
  });
  const hunks = found?.hunks ?? [replaced(linesOf(before), linesOf(newText))];
  if (hunks.length === 0) return `${name}\n(no change)`;
  return [name, ...hunks.flatMap((hunk) => [headOf(hunk), ...hunk.lines])].join("\n");
}

const linesOf = (text: string): readonly string[] =>
  text === "" ? [] : text.replace(/\n$/u, "").split("\n");

const replaced = (before: readonly string[], after: readonly string[]): StructuredPatchHunk => ({
  oldStart: 1,
  oldLines: before.length,
  newStart: 1,
  newLines: after.length,
  lines: [...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`)],
});

const headOf = ({ oldStart, oldLines, newStart, newLines }: StructuredPatchHunk): string =>
  `@@ -${side(oldStart, oldLines)} +${side(newStart, newLines)} @@`;

/** Of no lines it is said after which one they would be. */
const side = (start: number, length: number): string =>
  `${length === 0 ? start - 1 : start},${length}`;
