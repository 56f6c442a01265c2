/** The pin: hash of what was approved as *what to build*; the task text where a workflow approves no artifact. */
import type { Approval, ApprovalStep, RunDocument, Sha256, WorkflowStep } from "@tutti/protocol";
import { hashOf } from "./hash.ts";

const approvesArtifacts = (step: WorkflowStep): step is ApprovalStep =>
  step.kind === "approval" && !step.of.includes("candidate");

/** The last approval that as many persons gave as the step asks for; one of two pins nothing. */
const lastGiven = (state: RunDocument, step: ApprovalStep): Approval | undefined => {
  const given = state.approvals.filter((approval) => approval.step === step.id);
  return given.findLast(({ subject }) => {
    const persons = given.filter((other) => other.subject === subject).map(({ by }) => by);
    return new Set(persons).size >= step.approvers.min;
  });
};

export const pinOf = (state: RunDocument): Sha256 => {
  const approvals = state.workflow.steps.filter((step) => approvesArtifacts(step));
  if (approvals.length === 0) return hashOf({ task: state.task.text });
  const covered = approvals.map((step) => lastGiven(state, step)?.covers ?? {});
  return hashOf({ task: state.task.text, covered });
};

/** Is there an approved specification (or a workflow that needs none)? */
export const isPinned = (state: RunDocument): boolean =>
  state.workflow.steps
    .filter((step) => approvesArtifacts(step))
    .every((step) => lastGiven(state, step) !== undefined);
