/** The verdict of a finding under the contract of this run. */
import type { Evidence, Finding, Requirement, RunDocument, Verdict } from "@tutti/protocol";
import { ruleEvidence } from "./verdict.ts";

/** Requirements of the contract; an id that it does not have names nothing. */
const requirementsOf = (state: RunDocument): readonly Requirement[] => {
  const data = state.artifacts["contract.yaml"]?.data;
  return data?.kind === "contract" ? data.contract.requirements : [];
};

/** What an investigation reproduced is the task itself, which the run must meet. */
const isOfTheTask = (state: RunDocument, finding: Finding): boolean =>
  state.workflow.steps.some((step) => step.id === finding.step && step.kind === "agent");

export const ruleFinding = (
  state: RunDocument,
  finding: Finding,
  evidence: Evidence,
): { verdict: Verdict; reason: string } => {
  const named = requirementsOf(state).filter(({ id }) => finding.requirements.includes(id));
  const isTask = isOfTheTask(state, finding);
  return ruleEvidence({
    base: evidence.base,
    candidate: evidence.candidate,
    fixed: evidence.fixed.length === 0 ? null : evidence.fixed,
    namesRequirement: named.length > 0 || isTask,
    namesMust: named.some((requirement) => requirement.must) || isTask,
  });
};
