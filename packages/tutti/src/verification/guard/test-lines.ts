/** What changed lines of a test file do to the tests in it. Words of many languages, no parsing. */
import type { GuardFlag } from "@tutti/protocol";
import type { PatchFile, PatchLine } from "./patch.ts";

const COMMENT = /^\s*(?:\/\/|#(?!\[)|\/?\*|<!--|--\s|"""|''')/u;

/*
 * Every repetition below has a bound or cannot begin again within itself: an author writes these
 * lines, and must not choose how long they are looked at.
 */

/** Marks that keep a test from running. */
const SKIPS: readonly RegExp[] = [
  /\b(?:describe|context|suite|it|test|t|tap|bench)(?:\.\w+){0,4}\.(?:skip|todo|skipIf|fixme|failing)\b/u,
  /\b(?:xit|xtest|xdescribe|xcontext|xspecify)\s*\(/u,
  /\b(?:skip|todo)\s*:\s*(?!false\b|undefined\b|null\b|\d)\S/u,
  /@(?:pytest\.mark|unittest)\.(?:skip\w*|xfail|expectedFailure)\b/u,
  /\b(?:pytest\.(?:skip|xfail|importorskip)|self\.skipTest|unittest\.skip\w*)\s*\(/u,
  /@(?:Ignore|Disabled\w*|DisabledIf\w*)\b/u,
  /\b[tb]\.(?:Skip|Skipf|SkipNow)\s*\(/u,
  /#\[(?:ignore|cfg_attr\([^\]]{0,200}ignore)\b/u,
  /\[(?:Ignore|Skip)\b|\bSkip\s*=\s*"/u,
  /\bmarkTestSkipped\b|\bmarkTestIncomplete\b/u,
  /\bthis\.skip\s*\(|\bt\.skip\s*\(/u,
];

/** Marks that keep every other test from running. */
const FOCUS: readonly RegExp[] = [
  /\b(?:describe|context|suite|it|test|tap)(?:\.\w+){0,4}\.only\b/u,
  /\b(?:fit|fdescribe|fcontext)\s*\(/u,
  /\bonly\s*:\s*true\b/u,
];

const DECLARATION =
  /(?:^|[^.\w])(?:it|test|specify|scenario)(?:\.\w+){0,4}\s*[(`]|\bt\.test\s*\(|^\s*(?:async\s+)?def\s+test_|^\s*func\s+Test|@Test\b|#\[(?:\w+::)*test\b|\[(?:Fact|Theory|TestMethod|Test)\]|\bfunction\s+test/u;
const ASSERTION =
  /\b(?:assert|expect|should)\w*\s*[.(!]|\brequire\.[A-Z]\w*\(|\.should\b|\b(?:t|test|assert|self|this)\.(?:\w*[eE]qual\w*|same|notSame|ok|notOk|deep\w*|throws|doesNotThrow|rejects|match|is|not|true|false|fail|pass|assert\w*|truthy|falsy|like)\s*\(|\bassert\s|\bt\.(?:Error|Errorf|Fatal|Fatalf)\s*\(/u;

const DETAIL_MAX_CHARS = 120;

/**
 * `new`: nothing that was there before can be weakened, except by a mark that silences the others.
 * `inline`: tests stand beside the code that they test, so that only marks tell of a test.
 */
export function readTestLines(file: PatchFile, tests: "changed" | "new" | "inline"): GuardFlag[] {
  const lines = file.hunks.flat();
  const focus = flagMarks(file.path, lines, FOCUS);
  if (tests === "new") return focus;
  const marks = [...focus, ...flagMarks(file.path, lines, SKIPS)];
  return tests === "inline" ? marks : [...marks, ...flagFewer(file.path, lines)];
}

/** Only marks that the diff adds on balance: a skipped test that moves is skipped as before. */
function flagMarks(
  path: string,
  lines: readonly PatchLine[],
  marks: readonly RegExp[],
): GuardFlag[] {
  const isMarked = (text: string): boolean => marks.some((mark) => mark.test(text));
  const { added, removed } = split(lines, isMarked);
  if (added.length <= removed.length) return [];
  const before = new Set(removed.map((line) => line.trim()));
  const first = added.find((line) => !before.has(line.trim())) ?? added[0] ?? "";
  const detail = `A test no longer runs: ${first.trim().slice(0, DETAIL_MAX_CHARS)}`;
  return [{ kind: "test-skipped", path, detail }];
}

function flagFewer(path: string, lines: readonly PatchLine[]): GuardFlag[] {
  const tests = balance(lines, DECLARATION);
  const assertions = balance(lines, ASSERTION);
  const detail = [
    tests < 0 ? `${-tests} fewer tests` : "",
    assertions < 0 ? `${-assertions} fewer assertions` : "",
  ].filter((part) => part !== "");
  if (detail.length === 0) return [];
  return [{ kind: "tests-fewer", path, detail: `It has ${detail.join(" and ")} than before.` }];
}

function balance(lines: readonly PatchLine[], form: RegExp): number {
  const { added, removed } = split(lines, (text) => form.test(text));
  return added.length - removed.length;
}

/** Changed lines of interest; what is commented out is not there. */
function split(lines: readonly PatchLine[], isOfInterest: (text: string) => boolean) {
  const chosen = lines.filter(({ text }) => !COMMENT.test(text) && isOfInterest(text));
  return {
    added: chosen.filter(({ kind }) => kind === "added").map(({ text }) => text),
    removed: chosen.filter(({ kind }) => kind === "removed").map(({ text }) => text),
  };
}
