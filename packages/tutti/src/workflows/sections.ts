/**
 * The outline of a workflow file: front matter, preamble, and for each `## Step: ID` its typed block
 * and its text. Nothing is interpreted here; every line keeps its number in the file.
 */
import { fromMarkdown } from "mdast-util-from-markdown";
import type { Code, RootContent } from "mdast";
import type { Problem } from "../documents/problem.ts";

/** A workflow is read by people; a larger file is not one. */
const MAX_WORKFLOW_CHARS = 400_000;

/** YAML inside the file. `firstLine`: the line of its first line. */
type Block = { readonly text: string; readonly firstLine: number };

export type Section = {
  readonly id: string;
  readonly headingLine: number;
  readonly block: Block;
  readonly text: string;
  /** Line in the file of each line of `text`. */
  readonly textLines: readonly number[];
};

export type Outline = {
  readonly front: Block | null;
  readonly preamble: string;
  readonly preambleLines: readonly number[];
  readonly sections: readonly Section[];
  readonly problems: readonly Problem[];
};

type Complain = (line: number, message: string, mend: string) => void;

export const readOutline = (text: string, file: string): Outline => {
  const problems: Problem[] = [];
  const complain: Complain = (line, message, mend) => {
    problems.push({ file, line, message, mend, level: "error" });
  };
  if (text.length > MAX_WORKFLOW_CHARS) {
    complain(1, "The file is too long for a workflow.", "Move reference material out of it.");
    return { front: null, preamble: "", preambleLines: [], sections: [], problems };
  }
  const lines = text
    .replace(/^\u{FEFF}/u, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  const { front, bodyLine } = cutFrontMatter(lines, complain);
  const body = lines.map((line, index) => (index + 1 < bodyLine ? "" : line));
  const nodes = fromMarkdown(body.join("\n")).children;
  const starts = stepStarts(nodes, { lines: body, complain });
  const firstStep = starts[0]?.headingLine ?? body.length + 1;
  const preamble = textBetween(body, { from: bodyLine, to: firstStep, without: null });
  const sections = starts.flatMap((start, index) => {
    const end = starts[index + 1]?.headingLine ?? body.length + 1;
    const section = readSection(start, { lines: body, end, complain });
    return section === null ? [] : [section];
  });
  return { front, preamble: preamble.text, preambleLines: preamble.lines, sections, problems };
};

/** The `---` block at the top. Its lines are left out of the Markdown, their numbers are kept. */
const cutFrontMatter = (
  lines: readonly string[],
  complain: Complain,
): { readonly front: Block | null; readonly bodyLine: number } => {
  if (lines[0]?.trimEnd() !== "---") return { front: null, bodyLine: 1 };
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === "---");
  if (end === -1) {
    complain(1, "The front matter is not closed.", "End it with a line of three dashes: `---`.");
    return { front: null, bodyLine: lines.length + 1 };
  }
  return { front: { text: lines.slice(1, end).join("\n"), firstLine: 2 }, bodyLine: end + 2 };
};

type Start = {
  readonly id: string;
  readonly headingLine: number;
  readonly contentLine: number;
  /** What stands directly below the heading. */
  readonly first: RootContent | null;
};

const stepStarts = (
  nodes: readonly RootContent[],
  options: { readonly lines: readonly string[]; readonly complain: Complain },
): Start[] =>
  nodes.flatMap((node, index) => {
    if (node.type !== "heading" || node.position === undefined) return [];
    const headingLine = node.position.start.line;
    const title = (options.lines[headingLine - 1] ?? "").replace(/^\s*#+\s*|\s+#*\s*$/gu, "");
    const next = nodes[index + 1] ?? null;
    const step = /^Step:\s*(?<id>\S.*)$/u.exec(title);
    if (step !== null && node.depth === 2) {
      const id = step.groups?.["id"] ?? "";
      return [{ id, headingLine, contentLine: node.position.end.line + 1, first: next }];
    }
    if (/^step\s*:/iu.test(title) || isStepBlock(next)) {
      const name = title
        .replace(/^step[\s:]*/iu, "")
        .toLowerCase()
        .replaceAll(/\s+/gu, "-");
      options.complain(
        headingLine,
        `The heading \`${title}\` looks like a step and is not one.`,
        `Write it as \`## Step: ${name === "" ? "ID" : name}\`.`,
      );
    }
    return [];
  });

const isYaml = (node: RootContent | null): node is Code =>
  node?.type === "code" && (node.lang === "yaml" || node.lang === "yml");

const isStepBlock = (node: RootContent | null): boolean =>
  isYaml(node) && /^kind:/mu.test(node.value);

const readSection = (
  start: Start,
  options: { readonly lines: readonly string[]; readonly end: number; readonly complain: Complain },
): Section | null => {
  const node = start.first;
  if (!isYaml(node) || node.position === undefined) {
    options.complain(
      start.headingLine,
      `Step \`${start.id}\` has no typed block.`,
      "Put a ```yaml block with at least `kind: …` directly below its heading.",
    );
    return null;
  }
  const { start: from, end: to } = node.position;
  const lastLine = options.lines[to.line - 1] ?? "";
  if (!/^\s*(?:`{3,}|~{3,})\s*$/u.test(lastLine) || to.line === from.line) {
    options.complain(
      from.line,
      `The typed block of step \`${start.id}\` is not closed.`,
      "End it with a line of three backquotes.",
    );
    return null;
  }
  const text = textBetween(options.lines, {
    from: start.contentLine,
    to: options.end,
    without: { from: from.line, to: to.line },
  });
  return {
    id: start.id,
    headingLine: start.headingLine,
    block: { text: node.value, firstLine: from.line + 1 },
    text: text.text,
    textLines: text.lines,
  };
};

type Lines = { readonly text: string; readonly lines: readonly number[] };

/** Lines `from` up to `to` (not included) without a range, without blank lines at both ends. */
const textBetween = (
  lines: readonly string[],
  range: {
    readonly from: number;
    readonly to: number;
    readonly without: { readonly from: number; readonly to: number } | null;
  },
): Lines => {
  const kept: number[] = [];
  for (let line = range.from; line < range.to; line += 1) {
    const isLeftOut =
      range.without !== null && line >= range.without.from && line <= range.without.to;
    if (!isLeftOut) kept.push(line);
  }
  const isBlank = (line: number): boolean => (lines[line - 1] ?? "").trim() === "";
  const first = kept.findIndex((line) => !isBlank(line));
  if (first === -1) return { text: "", lines: [] };
  const last = kept.findLastIndex((line) => !isBlank(line));
  const numbers = kept.slice(first, last + 1);
  return { text: numbers.map((line) => lines[line - 1] ?? "").join("\n"), lines: numbers };
};
