/** YAML that remembers on which line of its file every key and value stands. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, ParsedNode } from "yaml";
import type { Problem } from "./problem.ts";

/** A person's file is far smaller; what is larger is not read. */
const MAX_YAML_CHARS = 2_000_000;
/** Expansions of aliases before a document is refused as a bomb. */
const MAX_ALIASES = 50;

export type Path = readonly PropertyKey[];

export type YamlDocument = {
  readonly file: string;
  readonly data: unknown;
  /** Line in the file of the key or list entry that a path names; of its nearest ancestor when absent. */
  readonly lineOf: (path: Path) => number;
};

export type YamlRead =
  | { readonly kind: "read"; readonly document: YamlDocument }
  | { readonly kind: "unreadable"; readonly problems: readonly Problem[] };

/** `firstLine`: the line of the file at which the text begins, from 1. */
export const readYaml = (
  text: string,
  options: { readonly file: string; readonly firstLine?: number },
): YamlRead => {
  const firstLine = options.firstLine ?? 1;
  const fail = (line: number, message: string, mend: string): YamlRead => ({
    kind: "unreadable",
    problems: [{ file: options.file, line, message, mend, level: "error" }],
  });
  if (text.length > MAX_YAML_CHARS)
    return fail(firstLine, "The text is too long to read as YAML.", "Shorten it.");
  const counter = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number): number => counter.linePos(offset).line + firstLine - 1;
  if (parsed.errors.length > 0) {
    return {
      kind: "unreadable",
      problems: parsed.errors.slice(0, 5).map((error) => ({
        file: options.file,
        line: lineAt(error.pos[0]),
        message: `This is not valid YAML: ${error.message.replace(/\.?$/u, ".")}`,
        mend: mendFor(error.code),
        level: "error",
      })),
    };
  }
  const data = toData(parsed);
  if (data.kind === "bomb")
    return fail(firstLine, "The YAML uses aliases too often.", "Write the values out.");
  return {
    kind: "read",
    document: {
      file: options.file,
      data: data.value,
      lineOf: (path) => lineAt(offsetOf(parsed.contents, path)),
    },
  };
};

const toData = (
  parsed: Document.Parsed,
): { readonly kind: "data"; readonly value: unknown } | { readonly kind: "bomb" } => {
  try {
    return { kind: "data", value: parsed.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (error) {
    if (error instanceof ReferenceError) return { kind: "bomb" };
    throw error;
  }
};

const mendFor = (code: string): string => {
  if (code === "DUPLICATE_KEY") return "Keep one of the two keys.";
  if (code === "TAB_AS_INDENT") return "Indent with spaces.";
  if (code === "BAD_INDENT" || code === "MULTILINE_IMPLICIT_KEY")
    return "Indent keys of one level alike, with a space after each colon.";
  return 'Text with `:`, `#`, quotes or brackets in it needs quotes around it: "…".';
};

const offsetOf = (contents: ParsedNode | null, path: Path): number => {
  let offset = contents?.range[0] ?? 0;
  let node: Node | null = contents;
  for (const part of path) {
    const next = childOf(node, part);
    if (next === null) return offset;
    offset = next.offset;
    node = next.value;
  }
  return offset;
};

const childOf = (
  node: Node | null,
  part: PropertyKey,
): { readonly offset: number; readonly value: Node | null } | null => {
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
    return pair === undefined ? null : { offset: pair.key.range?.[0] ?? 0, value: pair.value };
  }
  if (isSeq<Node>(node) && typeof part === "number") {
    const item = node.items[part];
    return item === undefined ? null : { offset: item.range?.[0] ?? 0, value: item };
  }
  return null;
};
