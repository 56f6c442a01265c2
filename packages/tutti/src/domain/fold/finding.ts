import type { Finding, Proof, RunDocument } from "@tutti/protocol";
import { RERUNS_KEPT_MAX } from "../limits.ts";
import type { Happened } from "./happened.ts";

const updateFinding = (
  state: RunDocument,
  id: string,
  change: (finding: Finding) => Finding,
): RunDocument => {
  const findings = state.findings.map((finding) => (finding.id === id ? change(finding) : finding));
  return { ...state, findings, proofs: proofsOf(findings) };
};

/** Every reproduction that a verdict rests on joins the suite, until a person waives the finding. */
const proofsOf = (findings: readonly Finding[]): Proof[] =>
  findings
    .filter(
      (finding) =>
        (finding.verdict === "reproduced" || finding.verdict === "confirmed") &&
        finding.disposition.kind !== "waived",
    )
    .flatMap((finding) =>
      finding.reproduction === undefined
        ? []
        : [{ id: finding.id, reproduction: finding.reproduction }],
    );

/** Evidence about another candidate is kept, not written over. */
const earlierOf = ({ evidence, earlier = [] }: Finding, now: Finding["evidence"]) =>
  evidence === null || now === null || now.candidateCommit === evidence.candidateCommit
    ? {}
    : { earlier: [...earlier, evidence].slice(-RERUNS_KEPT_MAX) };

/** Null: not of this family. */
export const foldFinding = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "finding.raised": {
      const findings = [...state.findings, body.finding];
      return { ...state, findings, proofs: proofsOf(findings) };
    }
    case "finding.ruled":
      return updateFinding(state, body.finding, (finding) => ({
        ...finding,
        verdict: body.verdict,
        proof: body.proof ?? finding.proof,
        evidence: body.evidence,
        ...earlierOf(finding, body.evidence),
      }));
    case "finding.reran": {
      const { type: _type, finding: _finding, ...rerun } = body;
      return updateFinding(state, body.finding, (finding) => ({
        ...finding,
        reruns: [...(finding.reruns ?? []), { ...rerun, at }].slice(-RERUNS_KEPT_MAX),
      }));
    }
    case "finding.disposed":
      return updateFinding(state, body.finding, (finding) => ({
        ...finding,
        disposition: body.disposition,
      }));
    default:
      return null;
  }
};
