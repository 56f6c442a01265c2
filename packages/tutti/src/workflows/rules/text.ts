/** Rules about the variables of step texts. */
import type { WorkflowStep } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { suggest } from "../../documents/suggest.ts";
import { readTemplate, VARIABLES } from "../variables.ts";
import type { Part } from "../variables.ts";
import { producedBefore } from "./artifacts.ts";
import { isWriter, problem } from "./scene.ts";
import type { Scene } from "./scene.ts";

type Reference = Exclude<Part, { kind: "text" }>;
type Words = { readonly message: string; readonly mend: string };

export const textRule = (scene: Scene): Problem[] => [
  ...referencesIn(scene.workflow.preamble).map((reference) =>
    problem(scene, scene.places.preambleLines[reference.at.line] ?? 1, {
      message: "The preamble goes with every step and has no variables.",
      mend: "Move the variable into the text of a step, or write `\\{{` for the braces themselves.",
    }),
  ),
  ...scene.workflow.steps.flatMap((step) =>
    referencesIn(step.text).flatMap((reference) => {
      const words = judge(scene, step, reference);
      const line = scene.places.steps.get(step.id)?.textLines[reference.at.line] ?? 1;
      return words === null ? [] : [problem(scene, line, words)];
    }),
  ),
];

const referencesIn = (text: string): Reference[] =>
  readTemplate(text).flatMap((part) => (part.kind === "text" ? [] : [part]));

const judge = (scene: Scene, step: WorkflowStep, reference: Reference): Words | null => {
  switch (reference.kind) {
    case "unknown": {
      const name = reference.source.replaceAll(/[{}\s]/gu, "");
      return {
        message: `\`${reference.source}\` is not a variable.`,
        mend: suggest(name, [...VARIABLES, 'artifact "NAME"']),
      };
    }
    case "artifact":
      return judgeArtifact(scene, step, reference.name);
    case "variable":
      return judgeVariable(step, reference.name);
  }
};

const judgeArtifact = (scene: Scene, step: WorkflowStep, name: string): Words | null => {
  const produced = producedBefore(scene, step);
  if (!produced.includes(name))
    return {
      message: `No step before \`${step.id}\` produces \`${name}\`.`,
      mend: suggest(name, produced) || "Remove the variable.",
    };
  const isByAuthor = scene
    .before(step.id)
    .some((one) => isWriter(one) && one.produces.includes(name));
  if (step.kind === "review" && isByAuthor)
    return {
      message: `A review is blind, and \`${name}\` is written by the author of the change.`,
      mend: "Remove the variable.",
    };
  return null;
};

const judgeVariable = (step: WorkflowStep, name: string): Words | null => {
  const isEach = step.kind === "agent" && step.for_each !== undefined;
  if (name.startsWith("item.") && !isEach)
    return {
      message: `\`{{${name}}}\` has no value: the step has no \`for_each\`.`,
      mend: "Add `for_each: plan.items`, or remove the variable.",
    };
  if ((name === "findings" || name === "failures") && step.kind !== "agent")
    return {
      message: `\`{{${name}}}\` has a value only in agent steps.`,
      mend: "Remove the variable.",
    };
  return null;
};
