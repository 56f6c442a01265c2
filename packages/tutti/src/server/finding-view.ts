/** A finding with its evidence in words: base, candidate, fixed. */
import type {
  Evidence,
  EvidenceView,
  Finding,
  FindingView,
  ProofRun,
  ProofWord,
  RunDocument,
} from "@tutti/protocol";

export function findingView(
  finding: Finding,
  { effects }: Pick<RunDocument, "effects">,
): FindingView {
  const { id, kind, claim, severity, verdict, raisedBy, evidence, disposition } = finding;
  return {
    id,
    kind,
    claim,
    severity,
    verdict,
    raisedBy,
    evidence: evidence === null ? null : evidenceView(evidence),
    earlier: (finding.earlier ?? []).map((one) => evidenceView(one)),
    reruns: (finding.reruns ?? []).map((rerun) => {
      const { base, candidate } = rerun.runs;
      return { ...rerun, words: { base: wordOf(base), candidate: wordOf(candidate) } };
    }),
    isRunning: Object.values(effects).some(
      ({ payload }) => payload.kind === "evidence.run" && payload.subject === id,
    ),
    disposition,
    reproduction: finding.reproduction ?? null,
  };
}

function evidenceView({
  base,
  candidate,
  fixed,
  candidateCommit,
  fixedCommit,
}: Evidence): EvidenceView {
  return {
    base: wordOf(base),
    candidate: wordOf(candidate),
    fixed: wordOf(fixed),
    candidateCommit,
    fixedCommit,
    runs: { base, candidate, fixed },
  };
}

function wordOf(runs: readonly ProofRun[]): ProofWord {
  const first = runs[0]?.outcome;
  if (first === undefined) return null;
  if (runs.every((run) => run.outcome === first)) return first;
  return runs.some((run) => run.outcome === "error") ? "error" : "mixed";
}
