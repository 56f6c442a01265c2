/** What a rerun of a finding's evidence says: kept in any case, and ruled on where the candidate is still that one. */
import type {
  EffectResult,
  Evidence,
  Finding,
  ProofRun,
  RunDocument,
  WorkflowStep,
} from "@tutti/protocol";
import { failGate } from "../back-edge.ts";
import { concludeReview, describeFinding, isBlocking, passWhenWaived } from "../conclude-review.ts";
import { type Draft, emit } from "../draft.ts";
import { invariant } from "../invariant.ts";
import { PROOF_RUNS_MAX } from "../limits.ts";
import { ruleFinding } from "../rule.ts";
import { presentTree, stepById, stepIdOf, stepState } from "../steps.ts";
import { failureOf } from "./failure.ts";
import type { Settled } from "./settled.ts";

type Runs = { readonly base: readonly ProofRun[]; readonly candidate: readonly ProofRun[] };

export const settleRerun = (
  draft: Draft,
  { payload, result }: Settled<"evidence.run">,
  by: string,
): void => {
  const finding = findingOf(draft.state, payload.subject);
  const { candidate } = payload;
  invariant(candidate, "evidence is run again on a candidate");
  const runs = runsOf(result);
  const { base, candidate: onCandidate } = runs ?? NOT_RUN;
  emit(draft, {
    type: "finding.reran",
    finding: finding.id,
    by,
    candidate,
    runs: { base: [...base], candidate: [...onCandidate] },
    problem: runs === null ? failureOf(result).message : null,
  });
  if (runs !== null && presentTree(draft.state).commit === candidate) rule(draft, finding, runs);
  return conclude(draft, finding.id);
};

const NOT_RUN: Runs = { base: [], candidate: [] };

const runsOf = (result: EffectResult): Runs | null =>
  result.kind === "evidence.ran" && result.candidate !== null
    ? { base: result.base.runs, candidate: result.candidate.runs }
    : null;

const findingOf = (state: RunDocument, id: string): Finding => {
  const finding = state.findings.find((one) => one.id === id);
  invariant(finding, "evidence belongs to a finding");
  return finding;
};

const rule = (draft: Draft, finding: Finding, runs: Runs): void => {
  const { commit } = presentTree(draft.state);
  const evidence = evidenceWith(finding, commit, runs);
  const ruled = ruleFinding(draft.state, finding, evidence);
  const isLater = evidence.candidateCommit !== commit;
  emit(draft, {
    type: "finding.ruled",
    finding: finding.id,
    // A proof that held once stays a proof: of a later candidate it says only whether it is mended.
    verdict: isLater && ruled.verdict !== "confirmed" ? "reproduced" : ruled.verdict,
    evidence,
    reason: `Run again: ${ruled.reason}`,
    proof: null,
  });
};

/**
 * On the tree that the evidence is of, all runs count together: one that passes among those that fail makes
 * it flaky. A proven finding is asked about its fix; of any other the present candidate is what counts.
 */
function evidenceWith(finding: Finding, commit: Evidence["candidateCommit"], runs: Runs): Evidence {
  const { evidence: before, verdict } = finding;
  if (before?.candidateCommit === commit) {
    const base = together(before.base, runs.base);
    return { ...before, base, candidate: together(before.candidate, runs.candidate) };
  }
  if (before !== null && (verdict === "reproduced" || verdict === "confirmed")) {
    const known = before.fixedCommit === commit ? before.fixed : [];
    return { ...before, fixed: together(known, runs.candidate), fixedCommit: commit };
  }
  const { base, candidate } = runs;
  const fixed = { fixed: [], fixedCommit: null };
  return { base: [...base], candidate: [...candidate], candidateCommit: commit, ...fixed };
}

function together(before: readonly ProofRun[], more: readonly ProofRun[]): ProofRun[] {
  const all = [...before, ...more];
  if (all.length <= PROOF_RUNS_MAX) return all;
  const each = (["pass", "fail", "error"] as const).flatMap(
    (outcome) => all.find((run) => run.outcome === outcome) ?? [],
  );
  return [...each, ...all.slice(each.length - PROOF_RUNS_MAX)];
}

/** The gate that the finding is a matter of: its review; of what an investigation found, the checks. */
const gateOf = (state: RunDocument, { step }: Finding): WorkflowStep | null => {
  const own = stepById(state, stepIdOf(step));
  if (own.kind === "review") return own;
  return state.workflow.steps.find(({ kind }) => kind === "checks") ?? null;
};

/** The gate follows the facts: what passed it fails, what failed by its findings alone passes. */
const conclude = (draft: Draft, id: string): void => {
  const finding = findingOf(draft.state, id);
  const gate = gateOf(draft.state, finding);
  if (gate === null) return;
  const { status } = stepState(draft.state, gate.id);
  if (gate.kind === "review" && status.kind === "active") return concludeReview(draft, gate);
  const isOnPresent = [finding.evidence?.candidateCommit, finding.evidence?.fixedCommit].includes(
    presentTree(draft.state).commit,
  );
  if (status.kind === "passed" && isOnPresent && isBlocking(finding)) {
    const summary = `${finding.id} is reproduced again`;
    return failGate(draft, gate, { summary, details: [describeFinding(finding)] });
  }
  if (gate.kind === "review") passWhenWaived(draft, gate);
};
