/** The pin: hash of what was approved as *what to build*; the task text where a workflow approves no artifact. */
import type { ApprovalStep, RunDocument, Sha256, WorkflowStep } from "@tutti/protocol";
import { hashOf } from "./hash.ts";

export const approvesArtifacts = (step: WorkflowStep): step is ApprovalStep =>
  step.kind === "approval" && !step.of.includes("candidate");

export const pinOf = (state: RunDocument): Sha256 => {
  const approvals = state.workflow.steps.filter((step) => approvesArtifacts(step));
  if (approvals.length === 0) return hashOf({ task: state.task.text });
  const covered = approvals.map(
    (step) => state.approvals.findLast((approval) => approval.step === step.id)?.covers ?? {},
  );
  return hashOf({ task: state.task.text, covered });
};

/** Is there an approved specification (or a workflow that needs none)? */
export const isPinned = (state: RunDocument): boolean =>
  state.workflow.steps
    .filter((step) => approvesArtifacts(step))
    .every((step) => state.approvals.some((approval) => approval.step === step.id));
