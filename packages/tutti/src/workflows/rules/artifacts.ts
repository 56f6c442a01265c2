/** Rules about artifacts: everything that is used is produced by a step before. */
import type { AgentStep, WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { suggest } from "../../documents/suggest.ts";
import { atStep, isWriter } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** Names of the artifacts that exist when a step starts. */
export const producedBefore = (scene: Scene, step: WorkflowStep): string[] =>
  scene.before(step.id).flatMap((one) => (one.kind === "agent" ? one.produces : []));

export const approvalRule = (scene: Scene): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    if (step.kind !== "approval") return [];
    const produced = producedBefore(scene, step);
    const hasCandidate = scene.before(step.id).some(isWriter);
    return step.of.flatMap((name, index) => {
      if (name === "candidate" ? hasCandidate : produced.includes(name)) return [];
      const path = ["of", index];
      return name === "candidate"
        ? [
            atStep(scene, step, {
              path,
              message:
                "There is no candidate to approve: no step before this one writes the workspace.",
              mend: "Move the approval after the step that implements.",
            }),
          ]
        : [
            atStep(scene, step, {
              path,
              message: `No step before \`${step.id}\` produces \`${name}\`.`,
              mend:
                suggest(name, [...produced, ...(hasCandidate ? ["candidate"] : [])]) ||
                `Add it to the \`produces\` of a step before.`,
            }),
          ];
    });
  });

type Slip = {
  readonly key: string;
  readonly isWrong: (step: AgentStep, produced: readonly string[]) => boolean;
  readonly message: (step: AgentStep) => string;
  readonly mend: string;
};

const AGENT_SLIPS: readonly Slip[] = [
  {
    key: "kind",
    isWrong: (step) => step.text.trim() === "",
    message: (step) => `Step \`${step.id}\` tells its agent nothing.`,
    mend: "Write what to do below the typed block.",
  },
  {
    key: "for_each",
    isWrong: (step, produced) => step.for_each !== undefined && !produced.includes("plan.yaml"),
    message: (step) => `No step before \`${step.id}\` produces plan.yaml, so it has no items.`,
    mend: "Add `plan.yaml` to the `produces` of a planning step before it.",
  },
  {
    key: "gate",
    isWrong: (step) =>
      step.gate.reproduction !== undefined && !step.produces.includes("reproduction.yaml"),
    message: () => "The gate runs reproduction.yaml, and the step does not produce it.",
    mend: "Add `reproduction.yaml` to `produces`.",
  },
  {
    key: "gate",
    isWrong: (step) => step.gate.reproduction !== undefined && step.access === "workspace",
    message: () => "A reproduction is run on the base, so its step must not write the workspace.",
    mend: "Use `access: read-only`.",
  },
  {
    key: "gate",
    isWrong: (step) => step.gate.checks.length > 0 && step.access === "read-only",
    message: () => "Checks run on what a step changed, and this one is read-only.",
    mend: "Remove the checks, or use `access: workspace`.",
  },
  {
    key: "produces",
    isWrong: (step) => step.access === "read-only" && step.produces.length === 0,
    message: (step) => `Step \`${step.id}\` changes nothing and produces nothing.`,
    mend: "Name what it writes under `produces`.",
  },
  {
    key: "produces",
    isWrong: (step) => step.produces.includes("findings.json"),
    message: () => "findings.json is written by reviewers.",
    mend: "Use a step of kind `review`.",
  },
];

export const agentRule = (scene: Scene): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    if (step.kind !== "agent") return [];
    const produced = producedBefore(scene, step);
    return AGENT_SLIPS.filter((slip) => slip.isWrong(step, produced)).map((slip) =>
      atStep(scene, step, { path: [slip.key], message: slip.message(step), mend: slip.mend }),
    );
  });

export const duplicateRule = (scene: Scene): Problem[] => {
  const makers = new Map<string, WorkflowStep>();
  return scene.workflow.steps.flatMap((step) => {
    if (step.kind !== "agent") return [];
    return step.produces.flatMap((name, index) => {
      const maker = makers.get(name);
      makers.set(name, step);
      if (maker === undefined) return [];
      const isSame = maker === step;
      return [
        atStep(scene, step, {
          path: ["produces", index],
          message: isSame
            ? `\`${name}\` is listed twice.`
            : `\`${name}\` is produced by \`${maker.id}\` already.`,
          mend: "Keep one of them, or use another name.",
        }),
      ];
    });
  });
};
