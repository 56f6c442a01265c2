/** The engine's port for workflows, prompts and artifacts, over the pure functions of this folder. */
import type { Finding } from "@tutti/protocol";
import { assembleAdvice, assembleOpinion } from "./advice-prompt.ts";
import { isBlocking } from "../domain/conclude-review.ts";
import type { ProjectRules, PromptInput, ReadFile } from "../engine/ports/rules.ts";
import { formatProblem } from "../documents/problem.ts";
import { readArtifact } from "./artifacts.ts";
import { ARTIFACTS_VARIABLE } from "./output-contract.ts";
import { assembleContinuation, assemblePrompt, assembleReviewPrompt } from "./prompt.ts";
import type { AgentPrompt, PromptArtifact, PromptFinding } from "./prompt.ts";
import { quoteBlock } from "./quote.ts";
import { builtInPlace, folderPlace, openWorkflow, PROJECT_WORKFLOWS } from "./resolve.ts";
import type { WorkflowPlace } from "./resolve.ts";

type WorkflowRules = Pick<
  ProjectRules,
  | "workflow"
  | "prompt"
  | "continuePrompt"
  | "repairPrompt"
  | "messagePrompt"
  | "advicePrompt"
  | "opinionPrompt"
  | "artifact"
>;

/** `userFolder`: the user's own workflow files; it need not exist. */
export const workflowRules = (options: { readonly userFolder: string }): WorkflowRules => ({
  workflow: async (name, { read, config }) => {
    const places = [projectPlace(read), folderPlace("user", options.userFolder), builtInPlace()];
    const opened = await openWorkflow(name, { places, config });
    const warnings = opened.warnings.map((warning) => formatProblem(warning));
    return { workflow: opened.workflow, warnings };
  },
  prompt: (input) =>
    input.step.kind === "review"
      ? assembleReviewPrompt({
          ...commonOf(input),
          step: input.step,
          changed: input.state.changed,
          patch: input.diff,
        })
      : assemblePrompt(agentPromptOf(input)),
  continuePrompt: (input) => assembleContinuation(agentPromptOf(input)),
  repairPrompt: ({ key, attempt }, problems) =>
    [
      `Tutti step: ${key} (attempt ${attempt}, repair)`,
      `What you left in the folder that ${ARTIFACTS_VARIABLE} names is not valid yet:`,
      quoteBlock("problems", problems.join("\n")),
      "Correct the files there. Do nothing else.",
    ].join("\n\n"),
  messagePrompt: ({ key, attempt }, messages) =>
    [
      `Tutti step: ${key} (attempt ${attempt})`,
      ...(messages.length === 0
        ? ["A person interrupted you, and there is nothing to read. Go on where you were."]
        : ["## What people said", messages.join("\n\n")]),
      "Take this into account, then finish the step as it was asked above: what it must leave is the same.",
    ].join("\n\n"),
  advicePrompt: assembleAdvice,
  opinionPrompt: assembleOpinion,
  artifact: (name, text, { contract }) => {
    const read = readArtifact(name, text, { contract: contract ?? undefined });
    if (read.kind === "invalid") return read;
    return read.data.kind === "findings"
      ? { kind: "valid", data: { kind: "text" }, findings: read.data.report.findings }
      : { kind: "valid", data: read.data, findings: null };
  },
});

/** The files of the commit that rules the run. They cannot be listed through the port, only read. */
const projectPlace = (read: ReadFile): WorkflowPlace => ({
  origin: "project",
  folder: PROJECT_WORKFLOWS,
  read: (fileName) => read(`${PROJECT_WORKFLOWS}/${fileName}`),
  list: () => Promise.resolve([]),
});

const commonOf = (input: PromptInput) => {
  const { state } = input;
  return {
    key: input.key,
    attempt: input.attempt,
    run: {
      id: state.id,
      workflow: state.workflow.name,
      base: state.base.ref,
      target: state.target.branch,
    },
    task: state.task,
    preamble: state.workflow.preamble,
    artifacts: input.artifacts.map((artifact) => withPin(input, artifact)),
  };
};

const agentPromptOf = (input: PromptInput): AgentPrompt => {
  const { state, step } = input;
  if (step.kind !== "agent") throw new TypeError(`a step of kind ${step.kind} has no such prompt`);
  const isWriter = step.access === "workspace";
  const checks = Object.entries(state.policy.config.checks);
  return {
    ...commonOf(input),
    step,
    item: input.item,
    facts: input.facts,
    findings: isWriter
      ? state.findings.filter((one) => isBlocking(one)).map((one) => toFinding(one))
      : [],
    comments: input.comments,
    checks: isWriter ? checks.map(([name, { run }]) => ({ name, run })) : [],
  };
};

/** Pinned: a person approved exactly this text. */
const withPin = (
  { state }: PromptInput,
  artifact: { readonly name: string; readonly text: string },
): PromptArtifact => {
  const hash = state.artifacts[artifact.name]?.artifact.hash;
  const isPinned =
    hash !== undefined &&
    state.approvals.some(({ covers }) => Object.values(covers).includes(hash));
  return { ...artifact, isPinned };
};

const toFinding = (finding: Finding): PromptFinding => ({
  id: finding.id,
  severity: finding.severity,
  claim: finding.claim,
  verdict: finding.verdict,
  locations: finding.locations,
  reproduction: finding.reproduction ?? null,
});
