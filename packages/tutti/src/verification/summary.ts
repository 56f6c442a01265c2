/**
 * What a test runner's own summary says, for checks without a report: how many tests ran, and
 * whether anything ran at all. Counts are read only from lines whose form belongs to one runner.
 */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export type SummaryReader = {
  readonly line: (line: string) => void;
  readonly end: () => {
    readonly counts: Counts;
    /** It says itself that it executed nothing, and nothing in the output says otherwise. */
    readonly isEmpty: boolean;
  };
};

type Row = { readonly form: RegExp; readonly read: (match: RegExpExecArray) => Counts };

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** One row a runner: node, mocha, jest and vitest, pytest, cargo, unittest, Maven. */
const SUMMARIES: readonly Row[] = [
  {
    form: /^ℹ (pass|fail|skipped|todo) (\d+)$/u,
    read: ([, word, count]) => pair(count, word),
  },
  {
    form: /^\s+(\d+) (passing|failing|pending)(?: \(\d+\w+\))?$/u,
    read: ([, count, word]) => pair(count, word),
  },
  {
    form: /^\s*Tests:?\s+((?:\d+ [a-z]+(?:,| \|)? ?)+)(?:\(\d+\))?$/u,
    read: ([, text]) => pairs(text),
  },
  {
    form: /^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s\b/u,
    read: ([, text]) => pairs(text),
  },
  { form: /^test result: \w+\. (.*)$/u, read: ([, text]) => pairs(text) },
  { form: /^Ran (\d+) tests? in /u, read: ([, count]) => pair(count, "passed") },
  {
    form: /^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$/u,
    read: (match) => {
      const [run, failures, errors, skipped] = match.slice(1).map(Number);
      const failed = (failures ?? 0) + (errors ?? 0);
      return { passed: (run ?? 0) - failed - (skipped ?? 0), failed, skipped: skipped ?? 0 };
    },
  },
];

const WORDS: Readonly<Record<string, keyof Counts>> = {
  pass: "passed",
  passed: "passed",
  passing: "passed",
  fail: "failed",
  failed: "failed",
  failing: "failed",
  error: "failed",
  errors: "failed",
  skipped: "skipped",
  pending: "skipped",
  todo: "skipped",
  ignored: "skipped",
};

/** Lines by which runners and package managers say that there was nothing to run. */
const EMPTY_LINES: readonly RegExp[] = [
  /\bno tests? specified\b/iu,
  /\bno tests? (?:files? )?(?:were |was )?found\b/iu,
  /\bno tests? (?:ran|to run|executed|collected)\b/iu,
  /\[no test files\]/u,
  /^ℹ tests 0$/u,
  /^Ran 0 tests\b/u,
  /\bcollected 0 items\b/u,
  /^running 0 tests$/u,
  /\bTests run: 0\b/u,
  /^\s+0 passing\b/u,
  /^0 (?:examples|runs), 0 /u,
];

/** Lines of runners without counts by which something did run. */
const SOME_LINES: readonly RegExp[] = [
  /^ok\s+\S+\s+(?:[\d.]+s|\(cached\))(?!.*\[no tests)/u,
  /^FAIL\s+\S+/u,
  /^[1-9]\d* (?:examples?|runs|tests?), /u,
  /^OK \([1-9]\d* tests?\b/u,
  /^running [1-9]\d* tests?$/u,
];

/** What npm prints before it runs a script. */
const SCRIPT_LINE = /^> (?!\S+@\S+ )(.+)$/u;
/** Commands that cannot fail and test nothing. */
const VOID_COMMAND = /^\s*(?::|true|exit(?: 0)?|echo\b[^&|;`$]*)?\s*$/u;

export function createSummaryReader(): SummaryReader {
  const counts = { ...NOTHING };
  const scripts = { some: 0, idle: 0 };
  let says = { empty: false, some: false };
  return {
    line: (line) => {
      const found = readCounts(line);
      counts.passed += found.passed;
      counts.failed += found.failed;
      counts.skipped += found.skipped;
      const script = SCRIPT_LINE.exec(line)?.[1];
      if (script !== undefined) scripts[isVoid(script) ? "idle" : "some"] += 1;
      says = {
        empty: says.empty || matchesOne(EMPTY_LINES, line),
        some: says.some || matchesOne(SOME_LINES, line),
      };
    },
    end: () => {
      const isSome = says.some || counts.passed + counts.failed > 0;
      const isIdle = scripts.idle > 0 && scripts.some === 0;
      const isSkipped = counts.skipped > 0;
      return { counts, isEmpty: !isSome && (says.empty || isIdle || isSkipped) };
    },
  };
}

/** Whether a command is only `true`, `:`, `exit 0` or an `echo`. */
export const isVoid = (command: string): boolean => VOID_COMMAND.test(command);

function readCounts(line: string): Counts {
  for (const { form, read } of SUMMARIES) {
    const match = form.exec(line);
    if (match !== null) return read(match);
  }
  return NOTHING;
}

function pairs(text: string | undefined): Counts {
  let sum = NOTHING;
  for (const [, count, word] of (text ?? "").matchAll(/(\d+) ([a-z]+)/gu)) {
    const more = pair(count, word);
    sum = {
      passed: sum.passed + more.passed,
      failed: sum.failed + more.failed,
      skipped: sum.skipped + more.skipped,
    };
  }
  return sum;
}

function pair(count: string | undefined, word: string | undefined): Counts {
  const kind = WORDS[word ?? ""];
  return kind === undefined ? NOTHING : { ...NOTHING, [kind]: Number(count) };
}

const matchesOne = (forms: readonly RegExp[], line: string): boolean =>
  forms.some((form) => form.test(line));
