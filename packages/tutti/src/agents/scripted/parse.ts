/** Reads a script file. Every problem is reported at once, each with its place in the file. */
import type { ActionFields, ActionKind, Script, Turn } from "./script.ts";

type Field =
  | "boolean"
  | "text"
  | "string"
  | "number"
  | "strings"
  | "entries"
  | "actions"
  | "any"
  | "flood"
  | "settings"
  | "continues";

/** A field's type; `?` marks an optional one. The mapped type makes the table complete. */
type FieldTable<Of> = { readonly [Name in keyof Of]-?: Field | `${Field}?` };

const ACTIONS = {
  say: { text: "text" },
  think: { text: "text" },
  plan: { entries: "entries" },
  stream: { text: "string", updates: "number", everyMs: "number" },
  usage: { inputTokens: "number", outputTokens: "number", costUsd: "number?" },
  ask: {
    title: "string",
    kind: "string?",
    paths: "text?",
    command: "string?",
    always: "boolean?",
    allow: "actions?",
    deny: "actions?",
  },
  elicit: { message: "string", schema: "any", accept: "actions?", decline: "actions?" },
  request: { method: "string", params: "any?" },
  notify: { method: "string", params: "any?" },
  write: { path: "string", content: "text" },
  append: { path: "string", content: "text" },
  patch: { path: "string", find: "text", replace: "text" },
  delete: { path: "string" },
  rename: { from: "string", to: "string" },
  report: { file: "string", text: "text?", json: "any?" },
  run: { command: "string", env: "strings?" },
  commit: { message: "string" },
  if: { run: "string", yes: "actions?", no: "actions?" },
  sleep: { ms: "number" },
  stop: { reason: "string" },
  refuse: { message: "string", code: "number?" },
  exit: { code: "number?" },
  crash: { signal: "string?" },
  hang: {},
  "ignore-sigterm": {},
  "double-fork": { seconds: "number" },
  garbage: { text: "string", times: "number?" },
  complain: { text: "text" },
  flood: { bytes: "number", as: "flood", chunk: "number?" },
} satisfies { readonly [Kind in ActionKind]: FieldTable<ActionFields[Kind]> };

/** The names of all actions, in the order of the reference. */
export const ACTION_KINDS: readonly string[] = Object.keys(ACTIONS);

const TURN: FieldTable<Turn> = {
  step: "string?",
  attempt: "number?",
  nth: "number?",
  repair: "boolean?",
  prompt: "string?",
  do: "actions",
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean =>
  typeof value === "string" ||
  (Array.isArray(value) && value.every((line) => typeof line === "string"));
const isEntry = (value: unknown): boolean =>
  isRecord(value) && typeof value["text"] === "string" && typeof value["status"] === "string";

const HOLDS: {
  readonly [Kind in Exclude<Field, "actions">]: readonly [string, (value: unknown) => boolean];
} = {
  text: ["a string or a list of lines", isText],
  string: ["a string", (value) => typeof value === "string"],
  number: ["a number", (value) => typeof value === "number"],
  boolean: ["true or false", (value) => typeof value === "boolean"],
  strings: [
    "an object of strings",
    (value) => isRecord(value) && Object.values(value).every((one) => typeof one === "string"),
  ],
  entries: ["a list of {text, status}", (value) => Array.isArray(value) && value.every(isEntry)],
  any: ["a value", () => true],
  settings: [
    "an object of lists",
    (value) =>
      isRecord(value) && Object.values(value).every((one) => Array.isArray(one) && isText(one)),
  ],
  continues: ["load or resume", (value) => value === "load" || value === "resume"],
  flood: [
    "messages, line, garbage or stderr",
    (value) => ["messages", "line", "garbage", "stderr"].includes(String(value)),
  ],
};

const isFieldKind = (text: string): text is Field =>
  text === "actions" || Object.hasOwn(HOLDS, text);
const isActionKind = (text: string): text is ActionKind => Object.hasOwn(ACTIONS, text);

const fieldProblems = (value: unknown, type: string, at: string): string[] => {
  const kind = type.replace("?", "");
  if (value === undefined) return type.endsWith("?") ? [] : [`${at}: is missing`];
  if (!isFieldKind(kind)) return [];
  if (kind === "actions") return actionsProblems(value, at);
  const [what, holds] = HOLDS[kind];
  return holds(value) ? [] : [`${at}: must be ${what}`];
};

const recordProblems = (
  record: Record<string, unknown>,
  table: Readonly<Record<string, string>>,
  at: string,
): string[] => {
  const unknown = Object.keys(record)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => `${at}.${name}: is not known; known are ${Object.keys(table).join(", ")}`);
  return [
    ...unknown,
    ...Object.entries(table).flatMap(([name, type]) =>
      fieldProblems(record[name], type, `${at}.${name}`),
    ),
  ];
};

const actionProblems = (value: unknown, at: string): string[] => {
  if (!isRecord(value)) return [`${at}: must be an object with "do"`];
  const { do: kind, ...fields } = value;
  if (typeof kind !== "string" || !isActionKind(kind))
    return [`${at}.do: must be one of ${ACTION_KINDS.join(", ")}`];
  return recordProblems(fields, ACTIONS[kind], at);
};

const listProblems = (
  value: unknown,
  at: string,
  one: (value: unknown, at: string) => string[],
): string[] =>
  Array.isArray(value)
    ? value.flatMap((item: unknown, index) => one(item, `${at}[${index}]`))
    : [`${at}: must be a list`];

const actionsProblems = (value: unknown, at: string): string[] =>
  listProblems(value, at, actionProblems);

const patternProblems = (pattern: string, at: string): string[] => {
  try {
    void new RegExp(pattern, "su");
    return [];
  } catch (error) {
    return [`${at}: ${error instanceof Error ? error.message : "is not a regular expression"}`];
  }
};

const turnProblems = (value: unknown, at: string): string[] => {
  if (!isRecord(value)) return [`${at}: must be an object`];
  const pattern = value["prompt"];
  const problems = recordProblems(value, TURN, at);
  return typeof pattern === "string"
    ? [...problems, ...patternProblems(pattern, `${at}.prompt`)]
    : problems;
};

const scriptProblems = (value: unknown): string[] => {
  if (!isRecord(value)) return ["must be an object with turns"];
  const { turns, modes, ...rest } = value;
  const known = {
    name: "string?",
    protocolVersion: "number?",
    onInitialize: "actions?",
    onSession: "actions?",
    onContinue: "actions?",
    keepsMode: "boolean?",
    settings: "settings?",
    continues: "continues?",
  };
  return [
    ...recordProblems(rest, known, "script"),
    ...fieldProblems(modes, "text?", "script.modes"),
    ...listProblems(turns, "turns", turnProblems),
  ];
};

const isScript = (value: unknown, problems: string[]): value is Script => {
  problems.push(...scriptProblems(value));
  return problems.length === 0;
};

/** @throws Error that names every problem with its place, for example `turns[0].do[2].path: is missing`. */
export const parseScript = (source: string): Script => {
  const value: unknown = JSON.parse(source);
  const problems: string[] = [];
  if (isScript(value, problems)) return value;
  throw new Error(`not a valid script:\n  ${problems.join("\n  ")}`);
};
