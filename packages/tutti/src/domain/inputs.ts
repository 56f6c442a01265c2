/** The present inputs of a step: what its pass is compared with (the table in docs, "What a pass depends on"). */
import type { AgentStep, Inputs, RunDocument, StepKey, WorkflowStep } from "@tutti/protocol";
import { checksDefinition, guardSubject } from "./checks.ts";
import { hashOf } from "./hash.ts";
import { unreachable } from "./invariant.ts";
import { pinOf } from "./pin.ts";
import { instanceOf, itemOf, stepByKey, upstreamOf } from "./steps.ts";

const artifactInputs = (state: RunDocument, names: readonly string[]): Inputs =>
  Object.fromEntries(
    names.map((name) => [`artifact:${name}`, state.artifacts[name]?.artifact.hash ?? "absent"]),
  );

const planInputs = (state: RunDocument, step: AgentStep): Inputs => {
  const names = upstreamOf(state, step).flatMap((upstream) =>
    upstream.kind === "agent" ? upstream.produces : [],
  );
  return {
    task: hashOf(state.task.text),
    text: hashOf(step.text),
    ...artifactInputs(state, names),
  };
};

const writerInputs = (state: RunDocument, step: AgentStep, key: StepKey): Inputs => {
  const item = itemOf(state, key);
  const name = instanceOf(key);
  return {
    pin: pinOf(state),
    text: hashOf(step.text),
    ...(name === null ? {} : { item: item === null ? name : hashOf(item) }),
  };
};

/** What the target gained under the candidate's files voids review and approval; other gains do not. */
const overlapInputs = (state: RunDocument): Inputs => {
  const { landing, candidate } = state;
  if (
    landing === null ||
    landing.overlap.length === 0 ||
    landing.candidate.commit !== candidate?.commit
  )
    return {};
  return { overlap: hashOf({ tip: landing.tip, overlap: landing.overlap }) };
};

const verdictsDigest = (state: RunDocument): string =>
  hashOf(
    state.findings
      .filter((finding) => finding.verdict !== null)
      .map((finding) => [finding.id, finding.claim, finding.verdict, finding.disposition]),
  );

const candidateInputs = (state: RunDocument): Inputs => ({
  candidate: state.candidate?.commit ?? "none",
  tree: state.candidate?.tree ?? "none",
  pin: pinOf(state),
  verdicts: verdictsDigest(state),
  guard: guardSubject(state),
  ...overlapInputs(state),
});

const reviewInputs = (state: RunDocument): Inputs => ({
  base: state.base.tree,
  candidate: state.candidate?.tree ?? "none",
  pin: pinOf(state),
  policy: hashOf({
    review: state.policy.config.review,
    reviewers: state.policy.config.roles.reviewer,
  }),
  ...overlapInputs(state),
});

const approvalInputs = (state: RunDocument, of: readonly string[]): Inputs => ({
  ...artifactInputs(
    state,
    of.filter((name) => name !== "candidate"),
  ),
  ...(of.includes("candidate") ? candidateInputs(state) : {}),
});

export const sameInputs = (left: Inputs, right: Inputs): boolean => {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
};

export const inputsOf = (state: RunDocument, key: StepKey): Inputs =>
  inputsFor(state, stepByKey(state, key), key);

const inputsFor = (state: RunDocument, step: WorkflowStep, key: StepKey): Inputs => {
  switch (step.kind) {
    case "agent":
      return step.access === "workspace" ? writerInputs(state, step, key) : planInputs(state, step);
    case "checks":
      return { tree: state.candidate?.tree ?? "none", checks: checksDefinition(state, step) };
    case "review":
      return reviewInputs(state);
    case "approval":
      return approvalInputs(state, step.of);
    case "merge":
      return {
        candidate: state.candidate?.commit ?? "none",
        pin: pinOf(state),
        target: state.target.branch,
      };
    default:
      return unreachable(step);
  }
};
