/** One run of one check, and what it says. */
import type { CheckConfig, CheckOutcome, CheckResult, TestResult } from "@tutti/protocol";
import type { CheckOptions } from "../engine/ports/verification.ts";
import { execute, isNotRun, type Execution, type Executor } from "./execute.ts";
import { filesInside, readInside } from "./inside.ts";
import { readJunit } from "./junit.ts";
import type { Report } from "./report.ts";
import { createSummaryReader, isVoid, type Counts } from "./summary.ts";
import { createTapReader } from "./tap.ts";
import { countTests } from "./vector.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";

export type NamedCheck = CheckConfig & { readonly name: string };

export type CheckRun = {
  readonly execution: Execution;
  readonly outcome: CheckOutcome;
  readonly report: CheckResult["report"];
  /** Every test of the report; empty where there is only an exit code. */
  readonly tests: readonly TestResult[];
  /** Failures that no test names: a report cut off, an exit code that no test explains. */
  readonly problems: readonly string[];
  readonly counts: Counts;
};

/** Of all JUnit files of a run together; what is beyond is not read. */
const REPORT_MAX_BYTES = 16 << 20;
/** Files of one JUnit report folder that are read. */
const REPORT_FILES_MAX = 2000;
/** By which pytest says that it collected nothing. */
const NOTHING_COLLECTED_CODE = 5;

export async function runOnce(
  executor: Executor,
  check: NamedCheck,
  options: CheckOptions,
): Promise<CheckRun> {
  const kind = reportKind(check);
  if (kind === "junit") await clearReports(check, options.place.root);
  const summary = createSummaryReader();
  const tap = kind === "tap" || kind === "auto" ? createTapReader() : null;
  const execution = await execute(
    executor,
    {
      run: check.run,
      env: check.env,
      timeoutMs: check.timeout,
      onLine: (line, source) => {
        summary.line(line);
        if (source === "stdout") tap?.line(line);
      },
    },
    options,
  );
  const said = summary.end();
  const report =
    kind === "junit" ? await readReports(check, options.place.root) : (tap?.end() ?? null);
  if (report === null && (kind === "exit" || kind === "auto")) {
    return judgeExit(execution, { ...said, isEmpty: said.isEmpty || isVoid(check.run) });
  }
  return judgeReport(execution, report, kind === "junit" ? "junit" : "tap");
}

function reportKind(check: NamedCheck): NamedCheck["report"] {
  return check.report === "auto" && check.reportFile !== undefined ? "junit" : check.report;
}

/** A report that lies in the tree before the run was not made by the run. */
async function clearReports(check: NamedCheck, root: string): Promise<void> {
  for (const file of await filesInside(root, check.reportFile ?? "", ".xml")) {
    await rm(join(root, file));
  }
}

/** Null when the run left no report. */
async function readReports(check: NamedCheck, root: string): Promise<Report | null> {
  const files = await filesInside(root, check.reportFile ?? "", ".xml");
  if (files.length === 0) return null;
  const documents: string[] = [];
  const problems: string[] = [];
  if (files.length > REPORT_FILES_MAX) problems.push(`more than ${REPORT_FILES_MAX} report files`);
  let room = REPORT_MAX_BYTES;
  for (const file of files.slice(0, REPORT_FILES_MAX)) {
    const text = await readInside(root, file, room);
    if (text === null) {
      problems.push(`the report ${file} cannot be read or is too large`);
      break;
    }
    room -= Buffer.byteLength(text);
    documents.push(text);
  }
  const report = readJunit(documents);
  return { tests: report.tests, problems: [...problems, ...report.problems] };
}

function judgeExit(
  execution: Execution,
  said: { readonly counts: Counts; readonly isEmpty: boolean },
): CheckRun {
  const { code } = execution;
  const base = { execution, report: "exit", tests: [], problems: [], counts: said.counts } as const;
  if (execution.isTimedOut) return { ...base, outcome: "timed-out" };
  if (said.isEmpty && (code === 0 || code === NOTHING_COLLECTED_CODE)) {
    return { ...base, outcome: "empty" };
  }
  if (code === 0) return { ...base, outcome: "green" };
  if (isNotRun(execution)) return { ...base, outcome: "error" };
  return { ...base, outcome: "red", problems: [endSentence(execution)] };
}

/** A report that was asked for and is not there tells of no test. */
function judgeReport(execution: Execution, report: Report | null, kind: "tap" | "junit"): CheckRun {
  const { tests, problems } = report ?? { tests: [], problems: [] };
  const counts = countTests(tests);
  const outcome = reportOutcome(execution, counts, problems);
  const isUnexplained = outcome === "red" && counts.failed === 0 && problems.length === 0;
  return {
    execution,
    report: kind,
    tests,
    counts,
    outcome,
    problems: isUnexplained ? [endSentence(execution)] : problems,
  };
}

function reportOutcome(
  execution: Execution,
  counts: Counts,
  problems: readonly string[],
): CheckOutcome {
  const { code } = execution;
  if (execution.isTimedOut) return "timed-out";
  if (code !== 0 && isNotRun(execution) && !isExplained(execution, counts)) return "error";
  if (counts.failed > 0 || problems.length > 0) return "red";
  const isNothing = counts.passed === 0 && (code === 0 || code === NOTHING_COLLECTED_CODE);
  if (isNothing) return "empty";
  return code === 0 ? "green" : "red";
}

/** Runners that end with the number of failures can end with a shell's code for "not found". */
function isExplained({ code }: Execution, { failed }: Counts): boolean {
  return code !== null && failed === code;
}

const endSentence = ({ code, signal }: Execution): string =>
  code === null ? `ended by ${signal ?? "a signal"}` : `ended with exit code ${code}`;
