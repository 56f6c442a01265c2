import type { RunView } from "@tutti/protocol";

/** The one document of `--json`: the run as far as the demo is about it. */
export const documentOf = (view: RunView) => ({
  outcome: view.outcome,
  run: view.run,
  steps: view.steps.map(({ id, kind, stage, outcome, attempts }) => ({
    id,
    kind,
    stage,
    outcome,
    attempts,
  })),
  contract: view.contract,
  checks: view.checks,
  findings: view.findings.map(({ claim, verdict, raisedBy, evidence }) => ({
    claim,
    verdict,
    raisedBy,
    evidence,
  })),
  families: view.families,
  approvals: view.approvals,
  candidate: view.candidate,
  merged: view.merged,
});
