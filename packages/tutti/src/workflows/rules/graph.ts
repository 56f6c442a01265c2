/** Rules about the graph: needs, cycles, back edges, the merge, and steps that cannot matter. */
import type { WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { suggest } from "../../documents/suggest.ts";
import { findCycle } from "../graph.ts";
import { atStep, isWriter } from "./scene.ts";
import type { Scene } from "./scene.ts";

export const needsRule = (scene: Scene): Problem[] => {
  const ids = scene.workflow.steps.map((step) => step.id);
  return scene.workflow.steps.flatMap((step) =>
    step.needs
      .filter((need) => !ids.includes(need))
      .map((need) =>
        atStep(scene, step, {
          path: ["needs"],
          message: `Step \`${step.id}\` needs \`${need}\`, which is not a step.`,
          mend: suggest(
            need,
            ids.filter((id) => id !== step.id),
          ),
        }),
      ),
  );
};

export const cycleRule = (scene: Scene): Problem[] => {
  const { steps } = scene.workflow;
  const cycle = findCycle(steps);
  const first = steps.find((step) => step.id === cycle?.[0]);
  if (cycle === null || first === undefined) return [];
  return [
    atStep(scene, first, {
      path: ["needs"],
      message: `The steps need each other in a circle: ${cycle.join(" → ")}; none of them could start.`,
      mend: "Remove one of these needs; work is sent back by `on_fail: { back_to: STEP }`.",
    }),
  ];
};

export const backEdgeRule = (scene: Scene): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    if ((step.kind !== "checks" && step.kind !== "review") || step.on_fail === undefined) return [];
    const { back_to: target } = step.on_fail;
    const writers = scene.before(step.id).filter(isWriter);
    if (writers.some((writer) => writer.id === target)) return [];
    return [
      atStep(scene, step, {
        path: ["on_fail", "back_to"],
        message: `\`back_to: ${target}\` is not an earlier agent step that writes the workspace.`,
        mend:
          writers.length === 0
            ? "Remove `on_fail`: no step before this one could mend anything."
            : suggest(
                target,
                writers.map((writer) => writer.id),
              ),
      }),
    ];
  });

export const mergeRule = (scene: Scene): Problem[] => {
  const { steps } = scene.workflow;
  const [merge, ...others] = steps.filter((step) => step.kind === "merge");
  if (merge === undefined) return [];
  const before = new Set(scene.before(merge.id).map((step) => step.id));
  const after = steps.filter((step) => step.needs.includes(merge.id));
  const beside = steps.filter(
    (step) => step.kind !== "merge" && !before.has(step.id) && !after.includes(step),
  );
  const hasWriter = steps.some((step) => isWriter(step) && before.has(step.id));
  return [
    ...others.map((step) =>
      atStep(scene, step, { message: "There is a second merge step.", mend: "Keep the last one." }),
    ),
    ...after.map((step) =>
      atStep(scene, step, {
        message: `Step \`${step.id}\` comes after the merge, and nothing comes after a merge.`,
        mend: `Move it before \`${merge.id}\`.`,
      }),
    ),
    ...beside.map((step) => besideMerge(scene, step, merge)),
    ...(hasWriter
      ? []
      : [
          atStep(scene, merge, {
            message: "There is nothing to merge: no step before it writes the workspace.",
            mend: "Add an agent step with `access: workspace`, or remove the merge.",
          }),
        ]),
  ];
};

const besideMerge = (scene: Scene, step: WorkflowStep, merge: WorkflowStep): Problem =>
  atStep(scene, step, {
    path: ["needs"],
    message: `The merge does not wait for step \`${step.id}\`, so what it finds could not matter.`,
    mend: `Add \`${step.id}\` to the \`needs\` of \`${merge.id}\`, or of a step before it.`,
  });

/** A step under a condition that can never be true. */
export const reachRule = (scene: Scene): Problem[] =>
  scene.workflow.steps.flatMap((step) => {
    const artifact = step.when?.artifact;
    if (artifact === undefined) return [];
    const isMade = scene
      .before(step.id)
      .some((one) => one.kind === "agent" && one.produces.includes(artifact));
    if (isMade) return [];
    return [
      atStep(scene, step, {
        path: ["when", "artifact"],
        message: `Step \`${step.id}\` is never reached: no step before it produces \`${artifact}\`.`,
        mend: "Correct the name, or remove `when`.",
      }),
    ];
  });
