/** The newest run of checks for each place that they ran on. */
import type { CheckView, ChecksRun, RunDocument } from "@tutti/protocol";

/** In the order in which they ran; a later run of the same step on the same place replaces an earlier one. */
export function checkViews({ checks }: RunDocument): CheckView[] {
  const newest = new Map<string, ChecksRun>();
  for (const run of checks) {
    const place = `${run.step} ${run.on}`;
    newest.delete(place);
    newest.set(place, run);
  }
  return [...newest.values()].flatMap((run) => run.results.map((result) => checkView(run, result)));
}

function checkView(run: ChecksRun, result: ChecksRun["results"][number]): CheckView {
  const { name, command, outcome, exitCode, durationMs, report, counts, flaky, tail, log } = result;
  return {
    name,
    command,
    outcome,
    exitCode,
    durationMs,
    report,
    counts,
    flaky,
    tail,
    log,
    on: run.on,
    step: run.step,
    commit: run.commit,
    failing: result.tests.filter((test) => test.outcome === "failed").map((test) => test.name),
  };
}
