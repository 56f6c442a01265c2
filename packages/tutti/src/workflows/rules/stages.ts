/** Rules about the four mandatory stages: each is there or waived, on the right kind of step, in an order that verifies. */
import { MANDATORY_STAGES } from "@tutti/protocol";
import type { Stage, WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { atStep, isWriter, problem } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** The kind of step that can be a stage. */
const KIND_OF: Readonly<Record<Stage, WorkflowStep["kind"]>> = {
  plan: "agent",
  implement: "agent",
  test: "checks",
  review: "review",
};

export const missingStageRule = (scene: Scene): Problem[] =>
  MANDATORY_STAGES.flatMap((stage) => {
    const { steps, waives } = scene.workflow;
    const isThere = steps.some((step) => step.stage === stage);
    const reason = waives[stage];
    if (isThere && reason !== undefined) {
      return [
        problem(scene, 1, {
          message: `The stage \`${stage}\` is waived and there.`,
          mend: `Remove \`${stage}\` from \`waives\`.`,
          level: "warning",
        }),
      ];
    }
    if (isThere || reason !== undefined) return [];
    const candidate = steps.find((step) => step.stage === undefined && fits(step, stage));
    const mend =
      candidate === undefined
        ? `Add a step of kind \`${KIND_OF[stage]}\` with \`stage: ${stage}\`, or \`waives: { ${stage}: "why" }\` in the front matter.`
        : `Add \`stage: ${stage}\` to step \`${candidate.id}\`, if that is what it is.`;
    return [problem(scene, 1, { message: `The mandatory stage \`${stage}\` is missing.`, mend })];
  });

const fits = (step: WorkflowStep, stage: Stage): boolean =>
  step.kind === KIND_OF[stage] && (stage !== "implement" || isWriter(step));

export const stageKindRule = (scene: Scene): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    if (step.stage === undefined || fits(step, step.stage)) return [];
    const mend =
      step.stage === "implement" && step.kind === "agent"
        ? "Add `access: workspace`."
        : `Use a step of kind \`${KIND_OF[step.stage]}\` for it.`;
    return [
      atStep(scene, step, {
        path: ["stage"],
        message: `Step \`${step.id}\` cannot be the stage \`${step.stage}\`.`,
        mend,
      }),
    ];
  });

/** Work that no test or review looks at afterwards would reach the merge unseen. */
export const verifiedRule = (scene: Scene): Problem[] => {
  const { steps } = scene.workflow;
  const stages = (["test", "review"] as const).filter((stage) =>
    steps.some((step) => step.stage === stage),
  );
  return steps.filter(isWriter).flatMap((writer) =>
    stages.flatMap((stage) => {
      const isSeen = steps.some(
        (step) => step.stage === stage && scene.before(step.id).some((one) => one.id === writer.id),
      );
      if (isSeen) return [];
      return [
        atStep(scene, writer, {
          message: `No step of the stage \`${stage}\` comes after \`${writer.id}\`, which writes the workspace.`,
          mend: `Let a \`${stage}\` step need \`${writer.id}\`.`,
        }),
      ];
    }),
  );
};
