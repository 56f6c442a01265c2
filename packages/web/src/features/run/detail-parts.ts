/**
 * What a tool tells of itself, with the lines of changes told apart: after the head of a hunk as many as it
 * names. An agent may write such a head itself; then its own lines are coloured, and nothing else comes of it.
 */
export type DetailPart = {
  readonly kind: "added" | "context" | "head" | "removed" | "text";
  readonly text: string;
};

const HEAD = /^@@ -\d+(?:,(?<old>\d+))? \+\d+(?:,(?<new>\d+))? @@/u;

const KINDS: Readonly<Record<string, DetailPart["kind"]>> = {
  "+": "added",
  "-": "removed",
  " ": "context",
};

/** Neighbouring lines of one kind are one part. */
export function detailParts(detail: string): readonly DetailPart[] {
  const parts: DetailPart[] = [];
  let [gone, come] = [0, 0];
  for (const line of detail.split("\n")) {
    const { kind, oldLines, newLines } = lineOf(line, gone + come > 0);
    [gone, come] = kind === "head" ? [oldLines, newLines] : [gone - oldLines, come - newLines];
    const last = parts.at(-1);
    if (last?.kind === kind) parts[parts.length - 1] = { kind, text: `${last.text}\n${line}` };
    else parts.push({ kind, text: line });
    if (gone < 0 || come < 0) [gone, come] = [0, 0];
  }
  return parts;
}

type Read = {
  readonly kind: DetailPart["kind"];
  /** Of a head how many follow; of a line of a hunk how many it is. */
  readonly oldLines: number;
  readonly newLines: number;
};

function lineOf(line: string, isInHunk: boolean): Read {
  const kind = isInHunk ? KINDS[line.slice(0, 1)] : undefined;
  if (kind !== undefined)
    return { kind, oldLines: kind === "added" ? 0 : 1, newLines: kind === "removed" ? 0 : 1 };
  const { groups } = HEAD.exec(line) ?? {};
  if (groups === undefined) return { kind: "text", oldLines: Infinity, newLines: Infinity };
  const { old = "1", new: after = "1" } = groups;
  return { kind: "head", oldLines: Number(old), newLines: Number(after) };
}
