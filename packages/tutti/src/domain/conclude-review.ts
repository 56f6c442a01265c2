/** When every reviewer and every reproduction has answered: the review's gate. */
import type { Finding, ReviewStep, RunDocument } from "@tutti/protocol";
import { failGate } from "./back-edge.ts";
import { type Draft, pass } from "./draft.ts";
import { effectsOf, keyOf, stepState } from "./steps.ts";

/** A reproduced finding blocks until it is fixed or a person waives it. */
export const isBlocking = (finding: Finding): boolean =>
  finding.verdict === "reproduced" && finding.disposition.kind !== "waived";

const describe = (finding: Finding): string =>
  [
    `${finding.id} (${finding.severity} ${finding.kind}, raised by ${finding.raisedBy.agent}, ${finding.verdict ?? "not ruled"}): ${finding.claim}`,
    ...(finding.reproduction === undefined
      ? []
      : [
          `  reproduced by: ${finding.reproduction.run}`,
          `  output:\n${finding.evidence?.candidate.at(-1)?.tail ?? ""}`,
        ]),
  ].join("\n");

/** Raised on the present candidate, or ruled on it because the candidate before was given up meanwhile. */
const findingsOn = ({ findings, candidate }: RunDocument, step: string): readonly Finding[] =>
  findings.filter(
    (finding) =>
      finding.step === step &&
      (finding.raisedOn === candidate?.commit ||
        finding.evidence?.candidateCommit === candidate?.commit),
  );

/** A review that failed by its findings alone passes when a person has waived the last of them. */
export const passWhenWaived = (draft: Draft, step: ReviewStep): void => {
  const { status } = stepState(draft.state, step.id);
  const findings = findingsOn(draft.state, step.id);
  const byFindings = status.kind === "failed" && status.failure === null && findings.length > 0;
  if (byFindings && !findings.some((finding) => isBlocking(finding))) concludeReview(draft, step);
};

export const concludeReview = (draft: Draft, step: ReviewStep): void => {
  const key = keyOf(step.id);
  if (
    effectsOf(draft.state, key).some(
      (effect) => effect.payload.kind === "review.turn" || effect.payload.kind === "evidence.run",
    )
  )
    return;
  const findings = findingsOn(draft.state, key);
  const blocking = findings.filter((finding) => isBlocking(finding));
  if (blocking.length > 0) {
    failGate(draft, step, {
      summary: `${blocking.length} finding${blocking.length === 1 ? "" : "s"} reproduced`,
      details: blocking.map((finding) => describe(finding)),
    });
    return;
  }
  const choice = draft.state.reviews.findLast((review) => review.step === key);
  const degraded =
    choice !== undefined && choice.outcome !== "allow"
      ? ["degraded: no reviewer of a foreign family"]
      : [];
  pass(draft, key, {
    evidence: [
      `${choice?.reviewers.length ?? 0} reviewer(s): ${choice?.reviewers.join(", ") ?? ""}`,
      ...degraded,
      ...findings.map((finding) => `${finding.id} ${finding.verdict ?? "not ruled"}`),
    ],
  });
};
