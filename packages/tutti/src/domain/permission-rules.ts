/**
 * Who answers when an agent asks for permission. Pure; what an agent says of its own call is all there is to go
 * by, so the fence is what holds, and this only spares people the answers.
 *
 *   1. a rule of the project that says deny
 *   2. an answer that a person gave to the same request before, and wanted remembered
 *   3. the rules, as permission.ts reads them
 *   4. inside the fence: reading, searching and thinking, and edits within the work tree, are allowed
 *   5. a person
 *
 * A rule about paths or commands cannot be judged for a call that names none. If it would ask or
 * deny, such a call is asked: it must not slip through to a later rule that allows more.
 */
import type {
  Isolation,
  PermissionOption,
  PermissionRule,
  RememberedAnswer,
  ToolFacts,
} from "@tutti/protocol";
import { ruleFor } from "./permission.ts";

export type PermissionRequest = { readonly title: string; readonly facts: ToolFacts };

export type Ruling = {
  readonly answer: PermissionRule["answer"];
  /** What decided, in words; a person when it is asked. */
  readonly by: string;
};

export type Rulebook = {
  readonly rules: readonly PermissionRule[];
  /** Newest last. */
  readonly remembered: readonly RememberedAnswer[];
  /** The work tree. */
  readonly root: string;
  readonly isolation: Isolation;
  readonly step: string;
  readonly attempt: number;
};

/** Absolute, without `.` and `..`, as a path below `root` or as it is. */
export const relativePath = (path: string, root: string): string => {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${root}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const whole = `/${parts.join("/")}`;
  return whole.startsWith(`${root}/`) ? whole.slice(root.length + 1) : whole;
};

const ruleText = ({ tool, path, command, answer }: PermissionRule): string =>
  [
    "the rule",
    tool ?? "any tool",
    ...(path === undefined ? [] : [`on ${path}`]),
    ...(command === undefined ? [] : [`"${command}"`]),
    `→ ${answer}`,
  ].join(" ");

/** It restricts something that this call does not tell. */
const isUnjudgeable = (rule: PermissionRule, { tool, paths, command }: ToolFacts): boolean =>
  rule.answer !== "allow" &&
  (rule.tool === undefined
    ? tool !== "read" && tool !== "search" && tool !== "think"
    : rule.tool === tool) &&
  ((rule.command !== undefined && command === null && (tool === "execute" || tool === "other")) ||
    (rule.path !== undefined && paths.length === 0 && rule.tool !== undefined));

const byRules = (
  { facts }: PermissionRequest,
  { rules, root, isolation }: Rulebook,
): Ruling | null => {
  const paths = facts.paths.map((path) => relativePath(path, root));
  const rule = ruleFor(rules, { ...facts, paths }, isolation);
  if (rule?.answer === "deny") return { answer: "deny", by: ruleText(rule) };
  const unclear = rules.find((one) => isUnjudgeable(one, facts));
  if (unclear !== undefined)
    return { answer: "ask", by: `${ruleText(unclear)}, which cannot be judged here` };
  return rule === null ? null : { answer: rule.answer, by: ruleText(rule) };
};

const isSame = (one: PermissionRequest, other: PermissionRequest): boolean =>
  one.title === other.title &&
  one.facts.tool === other.facts.tool &&
  one.facts.command === other.facts.command &&
  one.facts.paths.join("\0") === other.facts.paths.join("\0");

/** A command or a path says what is done; the title alone is only a name for it. */
export const isSameRequest = (one: PermissionRequest, other: PermissionRequest): boolean =>
  one.facts.command !== null || one.facts.paths.length > 0
    ? isSame({ ...one, title: "" }, { ...other, title: "" })
    : isSame(one, other);

const byMemory = (request: PermissionRequest, rulebook: Rulebook): Ruling | null => {
  const { remembered, step, attempt } = rulebook;
  const found = remembered.findLast(
    ({ about, ...one }) =>
      isSameRequest(one, request) &&
      (about === null || (about.step === step && about.attempt === attempt)),
  );
  return found === undefined
    ? null
    : { answer: found.answer, by: `what ${found.by} answered before` };
};

const HARMLESS: ReadonlySet<string> = new Set(["read", "search", "think"]);
const WRITING: ReadonlySet<string> = new Set(["edit", "delete", "move"]);

const byDefault = ({ facts }: PermissionRequest, { isolation, root }: Rulebook): Ruling | null => {
  if (isolation !== "sandbox") return null;
  if (HARMLESS.has(facts.tool))
    return { answer: "allow", by: `Tutti's own rule for ${facts.tool}` };
  const within = facts.paths.map((path) => relativePath(path, root));
  const isWithin =
    within.length > 0 &&
    within.every((path) => !path.startsWith("/") && !/^\.git(?:\/|$)/u.test(path));
  return WRITING.has(facts.tool) && isWithin
    ? { answer: "allow", by: `Tutti's own rule for ${facts.tool} in the work tree` }
    : null;
};

export const judge = (request: PermissionRequest, rulebook: Rulebook): Ruling => {
  const ruled = byRules(request, rulebook);
  if (ruled?.answer === "deny") return ruled;
  return (
    byMemory(request, rulebook) ??
    ruled ??
    byDefault(request, rulebook) ?? { answer: "ask", by: "a person" }
  );
};

/** Which of the agent's options says so, the one that holds once first; null when none does. */
export const optionFor = (
  options: readonly PermissionOption[],
  answer: "allow" | "deny",
): PermissionOption | null => {
  const word = answer === "allow" ? "allow" : "reject";
  return (
    options.find(({ kind }) => kind === `${word}_once`) ??
    options.find(({ kind }) => kind === `${word}_always`) ??
    null
  );
};
