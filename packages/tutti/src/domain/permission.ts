/**
 * What the rules of a run answer when an agent asks for permission. Of each file, the user's and the
 * repository's, the first rule that matches speaks; the tighter of both words holds, so a repository
 * tightens the user's and never loosens them. What no rule matches is asked.
 */
import type { Isolation, PermissionRule } from "@tutti/protocol";
import { matches, matchesText } from "./glob.ts";

export type PermissionAnswer = PermissionRule["answer"];

export type RuledCall = {
  readonly tool: NonNullable<PermissionRule["tool"]>;
  /** Relative to the work tree; absolute where outside of it. */
  readonly paths: readonly string[];
  readonly command: string | null;
};

const TIGHTEST: readonly PermissionAnswer[] = ["deny", "ask", "allow"];

/** The rule whose word holds; null: none speaks of it. */
export const ruleFor = (
  rules: readonly PermissionRule[],
  call: RuledCall,
  isolation: Isolation,
): PermissionRule | null => {
  const speaking = (["user", "project"] as const).flatMap((from) => {
    const own = rules.filter((rule) => (rule.from ?? "user") === from);
    return own.find((rule) => speaksOf(rule, call, isolation)) ?? [];
  });
  const words = TIGHTEST.map((answer) => speaking.find((rule) => rule.answer === answer));
  return words.find((rule) => rule !== undefined) ?? null;
};

/** Null: no rule speaks of it. */
export const answerByRules = (
  rules: readonly PermissionRule[],
  call: RuledCall,
  isolation: Isolation,
): PermissionAnswer | null => ruleFor(rules, call, isolation)?.answer ?? null;

const speaksOf = (rule: PermissionRule, call: RuledCall, isolation: Isolation): boolean => {
  if (rule.tool !== undefined && rule.tool !== call.tool) return false;
  const isAllowed = rule.answer === "allow";
  if (isAllowed && rule.from === "project" && isolation === "none" && reachesOut(call.tool))
    return false;
  return speaksOfPaths(rule, call.paths) && speaksOfCommand(rule, call.command);
};

/** Without a fence a repository must not decide what is run on the machine, or fetched. */
const reachesOut = (tool: RuledCall["tool"]): boolean =>
  !["read", "search", "think"].includes(tool);

/** To allow, a rule must cover every path; to ask or deny, one is enough. */
const speaksOfPaths = ({ path, answer }: PermissionRule, paths: readonly string[]): boolean => {
  if (path === undefined) return true;
  if (answer !== "allow") return paths.some((one) => matches(path, one));
  return paths.length > 0 && paths.every((one) => matches(path, one));
};

/** What joins several commands to one line, or hides one in another. */
const JOINTS = /[;&|<>`\n\r]|\$\(/u;

/** To allow, the line must be one plain command; to ask or deny, one of those joined is enough. */
const speaksOfCommand = ({ command, answer }: PermissionRule, line: string | null): boolean => {
  if (command === undefined) return true;
  if (line === null) return false;
  const whole = line.trim();
  if (answer === "allow")
    return whole === command || (!JOINTS.test(whole) && matchesLine(command, whole));
  return [whole, ...whole.split(JOINTS)].some((part) => matchesLine(command, part.trim()));
};

const matchesLine = (glob: string, line: string): boolean =>
  matchesText(glob, line.replaceAll(/\s+/gu, " "));
