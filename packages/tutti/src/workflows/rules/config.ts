/** Rules that need the project's configuration: roles, agents and checks must be there. */
import type { ProjectConfig, WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { suggest } from "../../documents/suggest.ts";
import { atStep } from "./scene.ts";
import type { Scene } from "./scene.ts";

export const configRule = (scene: Scene, config: ProjectConfig): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    switch (step.kind) {
      case "agent":
        return [
          ...agentProblems(scene, step, config),
          ...checkProblems(scene, step, { config, names: step.gate.checks, path: "gate" }),
        ];
      case "checks":
        return [
          ...anyCheck(scene, step, config),
          ...checkProblems(scene, step, { config, names: step.run, path: "run" }),
        ];
      case "review":
        return reviewerProblems(scene, step, config);
      case "approval":
      case "merge":
        return [];
    }
  });

const agentProblems = (
  scene: Scene,
  step: Extract<WorkflowStep, { kind: "agent" }>,
  config: ProjectConfig,
): Problem[] => {
  const agents = Object.keys(config.agents);
  if (step.agent !== undefined) {
    return agents.includes(step.agent)
      ? []
      : [
          atStep(scene, step, {
            path: ["agent"],
            message: `\`${step.agent}\` is not an agent of .tutti/config.yaml.`,
            mend: suggest(step.agent, agents) || "Add it under `agents:`.",
          }),
        ];
  }
  const { roles } = config;
  const isAssigned =
    step.role === "reviewer"
      ? roles.reviewer.length > 0
      : step.role === "author"
        ? roles.author !== undefined
        : (roles.planner ?? roles.author) !== undefined;
  if (isAssigned) return [];
  return [
    atStep(scene, step, {
      path: ["role"],
      message: `No agent has the role \`${step.role}\`.`,
      mend: `Assign it in .tutti/config.yaml: \`roles: { ${step.role}: AGENT }\`.`,
    }),
  ];
};

const checkProblems = (
  scene: Scene,
  step: WorkflowStep,
  named: {
    readonly config: ProjectConfig;
    readonly names: readonly string[];
    readonly path: string;
  },
): Problem[] => {
  const known = Object.keys(named.config.checks);
  return named.names
    .filter((name) => !known.includes(name))
    .map((name) =>
      atStep(scene, step, {
        path: [named.path],
        message: `\`${name}\` is not a check of .tutti/config.yaml.`,
        mend: suggest(name, known) || "Add it under `checks:`.",
      }),
    );
};

const anyCheck = (scene: Scene, step: WorkflowStep, config: ProjectConfig): Problem[] =>
  Object.keys(config.checks).length > 0
    ? []
    : [
        atStep(scene, step, {
          path: ["run"],
          message: "No check is configured, so nothing can pass this step.",
          mend: 'Add one to .tutti/config.yaml: `checks: { test: { run: "npm test" } }`.',
          level: "warning",
        }),
      ];

const reviewerProblems = (
  scene: Scene,
  step: Extract<WorkflowStep, { kind: "review" }>,
  config: ProjectConfig,
): Problem[] => {
  const { length } = config.roles.reviewer;
  if (length >= step.reviewers.count) return [];
  return [
    atStep(scene, step, {
      path: ["reviewers"],
      message: `The step asks for ${step.reviewers.count} reviewer${step.reviewers.count === 1 ? "" : "s"}, and \`roles.reviewer\` names ${length === 0 ? "none" : length}.`,
      mend: "Name more agents under `roles.reviewer`; else the review is degraded and a person decides.",
      level: "warning",
    }),
  ];
};
