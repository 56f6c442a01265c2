/** One issue of a schema in plain words: what is wrong with the value, and the mend. */
import type { z } from "zod";
import { nearest, quoteList } from "./suggest.ts";
import type { Path } from "./yaml-document.ts";

type Issue = z.core.$ZodIssue;
export type PlainIssue = Exclude<Issue, { code: "unrecognized_keys" }>;

export type Words = { readonly message: string; readonly mend: string };

/** One issue that concerns one value. Unknown keys and unions are taken apart before. */
export const inWords = (
  issue: PlainIssue,
  at: { readonly value: unknown; readonly alternatives: readonly string[] },
): Words => {
  const name = issue.path.length === 0 ? "The whole" : `\`${pathText(issue.path)}\``;
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, { name, value: at.value, path: issue.path });
    case "invalid_value":
      return wrongValue(issue, { name, value: at.value });
    case "invalid_format":
      return { message: `${name} is ${shown(at.value)}.`, mend: `Expected: ${issue.message}.` };
    case "invalid_key":
      return {
        message: `\`${String(issue.path.at(-1))}\` cannot be a name here.`,
        mend: `Rename it; ${issue.issues[0]?.message ?? issue.message}.`,
      };
    case "too_small":
    case "too_big":
      return outOfBounds(issue, { name, value: at.value });
    case "invalid_union":
      return noForm(name, at.alternatives);
    default:
      return { message: `${name} is not right: ${issue.message}.`, mend: "Correct the value." };
  }
};

const wrongValue = (
  issue: Extract<Issue, { code: "invalid_value" }>,
  at: { readonly name: string; readonly value: unknown },
): Words => {
  const known = issue.values.map(String);
  const allowed = known.length === 1 ? `be ${quoteList(known)}` : `be one of ${quoteList(known)}`;
  if (at.value === undefined) return missing(issue.path, `It must ${allowed}.`);
  const meant = typeof at.value === "string" ? nearest(at.value, known) : null;
  return {
    message: `${at.name} is ${shown(at.value)}; it must ${allowed}.`,
    mend: meant === null ? "Correct the value." : `Did you mean \`${meant}\`?`,
  };
};

const missing = (path: Path, detail: string): Words => {
  const owner = path.slice(0, -1);
  const where = owner.length === 0 ? "" : ` in \`${pathText(owner)}\``;
  const key = String(path.at(-1));
  return {
    message: `\`${key}\` is missing${where}.`,
    mend: detail === "" ? `Add \`${key}: …\`.` : detail,
  };
};

const wrongType = (
  expected: string,
  at: { readonly name: string; readonly value: unknown; readonly path: Path },
): Words => {
  if (at.value === undefined) return missing(at.path, "");
  const wanted = TYPE_WORDS[expected] ?? expected;
  if (at.value === null)
    return {
      message: `${at.name} has no value; it must be ${wanted}.`,
      mend: "Give it one, or remove the key.",
    };
  return {
    message: `${at.name} is ${shown(at.value)}; it must be ${wanted}.`,
    mend: mendType(expected, at.value),
  };
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

const mendType = (expected: string, value: unknown): string => {
  const isPlain = typeof value !== "object";
  if (expected === "string" && isPlain) return `Put it in quotes: "${JSON.stringify(value)}".`;
  if (expected === "array" && isPlain) return `Write it as a list: ${listOf(value)}.`;
  if (expected === "object" || expected === "record") return "Write its keys below it, indented.";
  if (expected === "boolean") return "Write true or false, without quotes.";
  if (expected === "number" || expected === "int") return "Write digits, without quotes or a unit.";
  return "Correct the value.";
};

/** `npm run x` → `["npm", "run", "x"]`: a command written as one text is the usual slip. */
const listOf = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.trim().split(/\s+/u)).replaceAll('","', '", "')
    : `[${JSON.stringify(value)}]`;

const outOfBounds = (
  issue: Extract<Issue, { code: "too_small" | "too_big" }>,
  at: { readonly name: string; readonly value: unknown },
): Words => {
  const isSmall = issue.code === "too_small";
  const bound = String(isSmall ? issue.minimum : issue.maximum);
  const side =
    issue.inclusive === false
      ? isSmall
        ? "more than"
        : "less than"
      : isSmall
        ? "at least"
        : "at most";
  if (issue.origin === "array" || issue.origin === "string") {
    const unit = issue.origin === "array" ? "entries" : "characters";
    const isEmpty = isSmall && bound === "1";
    return {
      message: isEmpty ? `${at.name} is empty.` : `${at.name} must have ${side} ${bound} ${unit}.`,
      mend: isEmpty ? "Fill it in." : isSmall ? "Add to it." : "Shorten it.",
    };
  }
  return {
    message: `${at.name} is ${shown(at.value)}; it must be ${side} ${bound}.`,
    mend: "Change the number.",
  };
};

const noForm = (name: string, alternatives: readonly string[]): Words => ({
  message: `${name} has none of the forms that are allowed here.`,
  mend:
    alternatives.length === 0
      ? "Correct the value."
      : `Write exactly one of the keys ${quoteList(alternatives)}.`,
});

/** Longest value that is repeated in a message, in characters. */
const MAX_SHOWN_CHARS = 80;

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a block of keys";
  const text = JSON.stringify(value) ?? String(value);
  return `\`${text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text}\``;
};

export const pathText = (path: Path): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./u, "");
