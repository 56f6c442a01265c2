/** What every rule of the linter looks at. */
import type { AgentStep, Workflow, WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import type { Path } from "../../documents/yaml-document.ts";
import { ancestorsOf } from "../graph.ts";
import type { WorkflowPlaces } from "../parse.ts";

export type Scene = {
  readonly workflow: Workflow;
  readonly places: WorkflowPlaces;
  /** Steps that must hold before a step. */
  readonly before: (id: string) => readonly WorkflowStep[];
};

export const sceneOf = (workflow: Workflow, places: WorkflowPlaces): Scene => ({
  workflow,
  places,
  before: (id) => {
    const ids = ancestorsOf(id, workflow.steps);
    return workflow.steps.filter((step) => ids.has(step.id));
  },
});

export const isWriter = (step: WorkflowStep): step is AgentStep =>
  step.kind === "agent" && step.access === "workspace";

type Words = { readonly message: string; readonly mend: string; readonly level?: "warning" };

/** A problem at a key of a step's typed block. */
export const atStep = (
  scene: Scene,
  step: WorkflowStep,
  words: Words & { readonly path?: Path },
): Problem => {
  const place = scene.places.steps.get(step.id);
  const line = words.path === undefined ? place?.heading : place?.lineOf(words.path);
  return problem(scene, line ?? 1, words);
};

/** A problem at a line of the file. */
export const problem = (scene: Scene, line: number, words: Words): Problem => ({
  file: scene.places.file,
  line,
  message: words.message,
  mend: words.mend,
  level: words.level ?? "error",
});
