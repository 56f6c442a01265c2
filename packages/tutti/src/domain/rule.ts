/** The verdict of a finding under the contract of this run. */
import type { Evidence, Finding, RunDocument, Verdict } from "@tutti/protocol";
import { ruleEvidence } from "./verdict.ts";

/** Requirements that the run must meet: those of the contract, or the task itself where there is none. */
const mustIds = (state: RunDocument): readonly string[] => {
  const data = state.artifacts["contract.yaml"]?.data;
  return data?.kind === "contract"
    ? data.contract.requirements
        .filter((requirement) => requirement.must)
        .map((requirement) => requirement.id)
    : [];
};

/** What an investigation reproduced is the task itself, which the run must meet. */
const isOfTheTask = (state: RunDocument, finding: Finding): boolean =>
  state.workflow.steps.some((step) => step.id === finding.step && step.kind === "agent");

export const ruleFinding = (
  state: RunDocument,
  finding: Finding,
  evidence: Evidence,
): { verdict: Verdict; reason: string } => {
  const musts = mustIds(state);
  return ruleEvidence({
    base: evidence.base,
    candidate: evidence.candidate,
    fixed: evidence.fixed.length === 0 ? null : evidence.fixed,
    namesRequirement: finding.requirements.length > 0 || isOfTheTask(state, finding),
    namesMust: finding.requirements.some((id) => musts.includes(id)) || isOfTheTask(state, finding),
  });
};
