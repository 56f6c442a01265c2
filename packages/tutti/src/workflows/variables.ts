/**
 * The variables of a step's text: `{{task.text}}`, `{{item.title}}`, `{{artifact "spec.md"}}`,
 * `{{findings}}`, `{{failures}}`. A backslash before the braces keeps them as they are.
 */

export const VARIABLES = [
  "task.title",
  "task.text",
  "task.goal",
  "run.id",
  "run.workflow",
  "run.base",
  "run.target",
  "item.id",
  "item.title",
  "item.covers",
  "item.scope",
  "item.notes",
  "findings",
  "failures",
] as const;
export type Variable = (typeof VARIABLES)[number];

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: Variable; readonly at: Place }
  | { readonly kind: "artifact"; readonly name: string; readonly at: Place }
  | { readonly kind: "unknown"; readonly source: string; readonly at: Place };

export type Place = {
  /** Index of the line within the text, from 0. */
  readonly line: number;
  /** Alone on its line: long values may stand there as a block. */
  readonly isAlone: boolean;
};

const PATTERN = /(?<escape>\\?)\{\{(?<inner>[^{}\n]{0,200})\}\}/gu;
const ARTIFACT = /^artifact\s+(?<quote>["'])(?<name>[^"']+)\k<quote>$/u;

/** The text taken apart, in order. Joining text and sources gives it back. */
export const readTemplate = (text: string): Part[] => {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const isEscaped = match.groups?.["escape"] === "\\";
    parts.push({ kind: "text", text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    if (isEscaped) parts.push({ kind: "text", text: match[0].slice(1) });
    else
      parts.push(
        readVariable(
          match[0],
          (match.groups?.["inner"] ?? "").trim(),
          placeOf(text, match.index, end),
        ),
      );
  }
  parts.push({ kind: "text", text: text.slice(end) });
  return parts.filter((part) => part.kind !== "text" || part.text !== "");
};

const readVariable = (source: string, inner: string, at: Place): Part => {
  const artifact = ARTIFACT.exec(inner)?.groups?.["name"];
  if (artifact !== undefined) return { kind: "artifact", name: artifact, at };
  const name = VARIABLES.find((known) => known === inner);
  return name === undefined ? { kind: "unknown", source, at } : { kind: "variable", name, at };
};

const placeOf = (text: string, from: number, to: number): Place => {
  const lineStart = text.lastIndexOf("\n", from - 1) + 1;
  const lineEnd = text.indexOf("\n", to);
  const before = text.slice(from === 0 ? 0 : lineStart, from);
  const after = text.slice(to, lineEnd === -1 ? text.length : lineEnd);
  return {
    line: text.slice(0, from).split("\n").length - 1,
    isAlone: before.trim() === "" && after.trim() === "",
  };
};
