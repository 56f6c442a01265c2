/**
 * A reproduction on one tree: its files are laid over the tree and its command is run several times.
 * A run decides only when something that could have failed was executed; everything else is an
 * `error`, which the evidence matrix reads as "decides nothing".
 */
import type { Proof, ProofResult, ProofRun, Reproduction, TestResult } from "@tutti/protocol";
import { CommitId } from "@tutti/protocol";
import { isNamedTest } from "../domain/test-name.ts";
import type { CheckOptions } from "../engine/ports/verification.ts";
import { execute, isNotRun, type Execution, type Executor } from "./execute.ts";
import { writeInside } from "./inside.ts";
import type { Report } from "./report.ts";
import { isSetUpFailure } from "./set-up-failure.ts";
import { createSummaryReader, isVoid } from "./summary.ts";
import { createTapReader } from "./tap.ts";

export type ProofOptions = CheckOptions & {
  readonly commit: string;
  readonly times: number;
  readonly timeoutMs: number;
};

/** More runs than this are not made, whatever is asked for. */
const TIMES_MAX = 20;

export async function runProof(
  executor: Executor,
  proof: Proof,
  options: ProofOptions,
): Promise<ProofResult> {
  const runs: ProofRun[] = [];
  const times = Math.min(options.times, TIMES_MAX);
  for (let run = 0; run < times; run += 1) {
    // Laid again for every run: the run before may have changed its files.
    const problem = await layFiles(proof.reproduction, options.place.root);
    runs.push(
      problem === null
        ? await runOnce(executor, proof.reproduction, options)
        : { outcome: "error", exitCode: null, durationMs: 0, tail: problem, log: null },
    );
  }
  return { proof: proof.id, commit: CommitId.parse(options.commit), runs };
}

async function layFiles({ files }: Reproduction, root: string): Promise<string | null> {
  for (const { path, content } of files) {
    const problem = await writeInside(root, path, content);
    if (problem !== null)
      return `The file ${path} of the reproduction was not written: it ${problem}.`;
  }
  return null;
}

async function runOnce(
  executor: Executor,
  { run, test }: Reproduction,
  options: ProofOptions,
): Promise<ProofRun> {
  const tap = createTapReader();
  const summary = createSummaryReader();
  const execution = await execute(
    executor,
    {
      run,
      env: {},
      timeoutMs: options.timeoutMs,
      onLine: (line, source) => {
        summary.line(line);
        if (source === "stdout") tap.line(line);
      },
    },
    options,
  );
  const facts = { execution, report: tap.end(), isEmpty: isVoid(run) || summary.end().isEmpty };
  const { outcome, note } = decide(facts, test ?? null);
  return {
    outcome,
    exitCode: execution.code,
    durationMs: execution.durationMs,
    tail: note === null ? execution.tail : `${execution.tail}\n[${note}]`.trimStart(),
    log: execution.log,
  };
}

type Facts = {
  readonly execution: Execution;
  readonly report: Report | null;
  readonly isEmpty: boolean;
};
type Decision = { readonly outcome: ProofRun["outcome"]; readonly note: string | null };

function decide({ execution, report, isEmpty }: Facts, test: string | null): Decision {
  if (execution.isTimedOut) return error("it took too long and was ended");
  if (execution.code !== 0 && isNotRun(execution)) return error("its command could not run");
  if (test !== null) return decideByTest(execution, report, test);
  if (report !== null) return decideByReport(execution, report);
  if (execution.code !== 0) return failed(execution);
  return isEmpty ? error("it executed nothing that could have failed") : passed;
}

function decideByTest(execution: Execution, report: Report | null, test: string): Decision {
  if (report === null) return error(`the test "${test}" decides, and the output is not TAP`);
  const named = report.tests.filter(({ name }) => isNamedTest(name, test));
  if (named.length === 0) return error(`the output has no test "${test}"`);
  if (!named.some(isExecuted)) return error(`the test "${test}" was skipped`);
  return named.some(isFailed) ? failed(execution) : passed;
}

function decideByReport(execution: Execution, report: Report): Decision {
  if (report.tests.some(isFailed)) return failed(execution);
  if (!report.tests.some(isExecuted)) {
    return execution.code === 0 ? error("it executed no tests") : error("it ended before any test");
  }
  if (report.problems.length > 0) return error(report.problems.join("; "));
  return execution.code === 0 ? passed : failed(execution);
}

const isExecuted = ({ outcome }: TestResult): boolean => outcome !== "skipped";
const isFailed = ({ outcome }: TestResult): boolean => outcome === "failed";

const passed: Decision = { outcome: "pass", note: null };
const error = (note: string): Decision => ({ outcome: "error", note });
const failed = ({ tail }: Execution): Decision =>
  isSetUpFailure(tail) ? error("it failed in its set-up") : { outcome: "fail", note: null };
