/**
 * TAP 13 and 14 as it comes out of real programs: nested subtests, several reports one after the
 * other, other output between the lines. The grammar is tap-parser's; this file feeds it only lines
 * that are TAP, bounds it, and names the tests.
 *
 * A subtest's own line sums up its children and counts only when it has none or when it fails though
 * they all pass (a hook, a plan). Programs that print flat assertions below a `# comment`, as tape
 * does, get that comment as the parent's name.
 */
import type { TestResult } from "@tutti/protocol";
import { Parser, type Result } from "tap-parser";
import { numbered, testName } from "./vector.ts";
import { TESTS_MAX, type Report } from "./report.ts";

/** Deeper lines are not read. */
const DEPTH_MAX = 32;

const VERSION = /^TAP version \d+\s*$/iu;
const PLAN = /^\d+\.\.\d+(?:\s+#.*)?\s*$/u;
const POINT = /^(?:not )?ok(?: |\{?$)/u;
const OTHER = /^(?:# Subtest\b|bail out!|[{}]$)/iu;
const YAML_START = /^(\s+)---$/u;
/** Comments that count or time the tests above them. */
const STATISTICS =
  /^(?:(?:tests|suites|pass|fail|cancelled|skip|skipped|todo|duration_ms)\s+[\d.]+|ok|time=.*)$/iu;

export type TapReader = {
  readonly line: (line: string) => void;
  /** Null when what was printed is not TAP: neither a version line nor a plan with test points. */
  readonly end: () => Report | null;
};

type Leaf = { readonly path: readonly string[]; readonly outcome: TestResult["outcome"] };

export function createTapReader(): TapReader {
  const leaves: Leaf[] = [];
  const problems: string[] = [];
  const seen = { version: false, plan: false, point: false };
  const filter = createFilter();
  let segment: Segment | null = null;
  const finish = (): void => {
    if (segment === null) return;
    const { found, problem } = segment.end();
    for (const leaf of found) if (leaves.length <= TESTS_MAX) leaves.push(leaf);
    if (problem !== null) problems.push(problem);
    segment = null;
  };
  return {
    line: (printed) => {
      const line = printed.trimEnd();
      const kind = filter(line);
      if (kind === null) return;
      if (kind === "version") {
        seen.version = true;
        finish();
      }
      if (kind === "plan") seen.plan = true;
      if (kind === "point") seen.point = true;
      segment ??= createSegment();
      segment.line(line, kind);
    },
    end: () => {
      finish();
      if (!seen.version && !(seen.plan && seen.point)) return null;
      if (leaves.length > TESTS_MAX) problems.push(`more than ${TESTS_MAX} tests are reported`);
      return { tests: numbered(leaves.map(toTest)), problems };
    },
  };
}

const toTest = ({ path, outcome }: Leaf): TestResult => ({ name: testName(path), outcome });

/** `yaml`: the diagnostics of a test point have ended. `nested` and `other` matter only to the grammar. */
type LineKind = "version" | "plan" | "point" | "comment" | "yaml" | "nested" | "other";

/** Tells TAP from other output and from the diagnostics below a test point. */
function createFilter(): (line: string) => LineKind | null {
  let yaml: string | null = null;
  let isBelowPoint = false;
  return (line) => {
    if (yaml !== null && (line === "" || line.startsWith(yaml))) {
      if (line !== `${yaml}...`) return null;
      yaml = null;
      return "yaml";
    }
    yaml = null; // where it never ended, the line counts again
    const start = isBelowPoint ? YAML_START.exec(line) : null;
    isBelowPoint = POINT.test(line.trimStart());
    if (start === null) return classify(line);
    yaml = start[1] ?? "";
    return null;
  };
}

function classify(line: string): LineKind | null {
  const text = line.trimStart();
  const indent = line.length - text.length;
  if (indent > 4 * DEPTH_MAX) return null;
  const kind = kindOf(text);
  if (indent === 0 || kind === null) return kind;
  return kind === "comment" || kind === "version" ? null : "nested";
}

function kindOf(text: string): LineKind | null {
  if (VERSION.test(text)) return "version";
  if (PLAN.test(text)) return "plan";
  if (POINT.test(text)) return "point";
  if (OTHER.test(text)) return "other";
  return text.startsWith("# ") ? "comment" : null;
}

type Segment = {
  readonly line: (line: string, kind: LineKind) => void;
  readonly end: () => { readonly found: readonly Leaf[]; readonly problem: string | null };
};

/** One TAP report. The parser tells of a test point only when it sees the next line. */
function createSegment(): Segment {
  const parser = new Parser();
  const groups = createGroups();
  const tally: Tally = { leaves: 0 };
  const root = watch(parser, groups.next, tally);
  // A test point waits for its diagnostics: the brace that opens its subtest may stand below them.
  let held = { line: "", hasYaml: false };
  const release = (): void => {
    if (held.line !== "") parser.write(`${held.line}\n`);
    held = { line: "", hasYaml: false };
  };
  return {
    line: (line, kind) => {
      if (tally.leaves > TESTS_MAX) return;
      groups.line(line, kind);
      if (kind === "comment") return;
      if (kind === "yaml") {
        held = { ...held, hasYaml: true };
      } else if (line.trim() === "{" && held.hasYaml) {
        held = { line: `${held.line} {`, hasYaml: false };
      } else {
        release();
        held = { line, hasYaml: false };
      }
    },
    end: () => {
      release();
      root.close();
      parser.end();
      return { found: root.found, problem: root.problem() };
    },
  };
}

/** The comment that each top-level test point stands below, in the order of the points. */
function createGroups() {
  const waiting: (string | null)[] = [];
  let group: string | null = null;
  let hasSubtests = false;
  // What stands below a bare `not ok` explains it; a title stands below anything else.
  let isExplaining = false;
  return {
    next: (): string | null => waiting.shift() ?? null,
    line: (line: string, kind: LineKind): void => {
      if (kind === "other" && line.startsWith("# Subtest")) hasSubtests = true;
      if (kind === "point") {
        waiting.push(hasSubtests ? null : group);
        isExplaining = line.startsWith("not ok");
      }
      if (kind === "yaml") isExplaining = false;
      if (kind !== "comment" || isExplaining) return;
      const text = line.slice(2).trim();
      if (!STATISTICS.test(text)) group = text;
    },
  };
}

type Watched = {
  readonly found: Leaf[];
  /** From here on only what was really there counts, not what the parser makes up at the end. */
  readonly close: () => void;
  readonly problem: () => string | null;
  /** Fewer tests than planned. */
  readonly isShort: () => boolean;
};

/** Tests of a whole segment, those of subtests that are still open included. */
type Tally = { leaves: number };

function watch(parser: Parser, nextGroup: () => string | null, tally: Tally): Watched {
  const found: Leaf[] = [];
  const state: State = { points: 0, planned: null, bailOut: null, isClosed: false };
  let child: { readonly name: string; readonly watched: Watched } | null = null;
  const adopt = (closing: Result | null): void => {
    if (child === null) return;
    // One by one: a subtest may have more leaves than a call takes arguments.
    for (const leaf of childLeaves(child, closing)) found.push(leaf);
    child = null;
  };
  parser.on("child", (nested: Parser) => {
    adopt(null);
    child = { name: nested.name, watched: watch(nested, () => null, tally) };
  });
  parser.on("assert", (result: Result) => {
    state.points += 1;
    const group = nextGroup();
    const hadLeaves = child !== null && child.watched.found.length > 0;
    adopt(result);
    if (hadLeaves) return;
    const path = group === null || group === result.name ? [result.name] : [group, result.name];
    found.push({ path, outcome: outcomeOf(result) });
    tally.leaves += 1;
  });
  parser.on("plan", (plan: { start: number; end: number }) => {
    if (!state.isClosed) state.planned = plan.end - plan.start + 1;
  });
  parser.on("bailout", (reason: string) => {
    state.bailOut = reason.trim();
  });
  parser.on("complete", () => adopt(null));
  return {
    found,
    close: () => void (state.isClosed = true),
    problem: () => problemOf(state),
    isShort: () => state.planned !== null && state.points < state.planned,
  };
}

type State = {
  points: number;
  planned: number | null;
  bailOut: string | null;
  isClosed: boolean;
};

function problemOf({ points, planned, bailOut }: State): string | null {
  if (bailOut !== null) return `bailed out${bailOut === "" ? "" : `: ${bailOut}`}`;
  if (planned === null) return points === 0 ? null : `the report is cut off after ${points} tests`;
  return points === planned ? null : `${points} of ${planned} planned tests were reported`;
}

function childLeaves(
  child: { readonly name: string; readonly watched: Watched },
  closing: Result | null,
): Leaf[] {
  const name = child.name === "" ? (closing?.name ?? "") : child.name;
  const excused = closing !== null && (isSet(closing.todo) || isSet(closing.skip));
  const leaves = child.watched.found.map(({ path, outcome }): Leaf => {
    const excusedOutcome = excused && outcome === "failed" ? "skipped" : outcome;
    return { path: [name, ...path], outcome: excusedOutcome };
  });
  const isSilent = leaves.length > 0 && !leaves.some(({ outcome }) => outcome === "failed");
  if (isSilent && !excused && (closing?.ok === false || child.watched.isShort())) {
    leaves.push({ path: [name], outcome: "failed" });
  }
  return leaves;
}

function outcomeOf(result: Result): TestResult["outcome"] {
  if (isSet(result.skip) || isSet(result.todo)) return "skipped";
  return result.ok ? "passed" : "failed";
}

const isSet = (directive: boolean | string): boolean => directive !== false;
