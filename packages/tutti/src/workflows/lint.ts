/** Whether a workflow makes sense: `tutti workflows lint`, and before every run. */
import type { ProjectConfig, Workflow } from "@tutti/protocol";
import { hasErrors, sortProblems } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import { parseWorkflow } from "./parse.ts";
import type { ParsedWorkflow, WorkflowPlaces } from "./parse.ts";
import { agentRule, approvalRule, duplicateRule } from "./rules/artifacts.ts";
import { configRule } from "./rules/config.ts";
import { backEdgeRule, cycleRule, mergeRule, needsRule, reachRule } from "./rules/graph.ts";
import { nameRule } from "./rules/name.ts";
import { sceneOf } from "./rules/scene.ts";
import { missingStageRule, stageKindRule, verifiedRule } from "./rules/stages.ts";
import { textRule } from "./rules/text.ts";

/** Rules about the ground that the others stand on; the others would only repeat what these say. */
const GROUND = [needsRule, cycleRule];
const RULES = [
  nameRule,
  missingStageRule,
  stageKindRule,
  verifiedRule,
  backEdgeRule,
  mergeRule,
  reachRule,
  approvalRule,
  agentRule,
  duplicateRule,
  textRule,
];

/** Without `config` only what the file alone tells is judged. */
const lintWorkflow = (
  parsed: { readonly workflow: Workflow; readonly places: WorkflowPlaces },
  config?: ProjectConfig,
): Problem[] => {
  const scene = sceneOf(parsed.workflow, parsed.places);
  const ground = GROUND.flatMap((rule) => rule(scene));
  if (ground.length > 0) return sortProblems(ground);
  const problems = RULES.flatMap((rule) => rule(scene));
  return sortProblems([...problems, ...(config === undefined ? [] : configRule(scene, config))]);
};

/** Parses and lints. Problems of a workflow that may run are warnings. */
export const readWorkflow = (
  text: string,
  options: { readonly file: string; readonly config?: ProjectConfig | undefined },
): ParsedWorkflow => {
  const parsed = parseWorkflow(text, options.file);
  if (parsed.kind === "invalid") return parsed;
  const problems = sortProblems([...parsed.problems, ...lintWorkflow(parsed, options.config)]);
  return hasErrors(problems) ? { kind: "invalid", problems } : { ...parsed, problems };
};
