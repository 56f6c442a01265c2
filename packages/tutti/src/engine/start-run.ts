/**
 * From a request to the intent of a run. Configuration and workflow are read from the target commit,
 * never from the work tree: an author who edits them changes nothing about his own run.
 */
import { createHash } from "node:crypto";
import {
  type Command,
  type CommandOf,
  type CommitId,
  ProjectId,
  RunId,
  TuttiError,
  type ProjectConfig,
  type Workflow,
} from "@tutti/protocol";
import { hashOf } from "../domain/hash.ts";
import { agentForStep } from "../domain/roles.ts";
import type { RunRequest } from "./api.ts";
import type { Deps } from "./ports/deps.ts";
import type { ReadFile } from "./ports/rules.ts";

const TITLE_MAX_CHARS = 72;
const DEFAULT_WORKFLOW = "spec-first";
/** Uncommitted paths named in the warning. */
const DIRTY_NAMED_MAX = 3;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
export const projectIdOf = (root: string): ProjectId =>
  ProjectId.parse(`p-${sha256(root).slice(0, 16)}`);

const titleOf = (request: RunRequest): string => {
  const line = (request.title ?? request.text).trim().split("\n")[0] ?? "";
  return line.length <= TITLE_MAX_CHARS ? line : `${line.slice(0, TITLE_MAX_CHARS - 1)}…`;
};

const dirtyWarning = (dirty: readonly string[], commit: string): string[] => {
  if (dirty.length === 0) return [];
  const named = dirty.slice(0, DIRTY_NAMED_MAX).join(", ");
  const more = dirty.length > DIRTY_NAMED_MAX ? ` and ${dirty.length - DIRTY_NAMED_MAX} more` : "";
  return [
    `Uncommitted changes are not part of this run (${named}${more}); it starts from commit ${commit.slice(0, 12)}.`,
  ];
};

/** Every agent step has an agent; a reviewer that is missing is the review's own business (degraded). */
const assertRoles = (
  workflow: Workflow,
  config: ProjectConfig,
  policy: CommandOf<"run.start">["policy"],
): void => {
  for (const step of workflow.steps) {
    if (step.kind !== "agent") continue;
    const agent = agentForStep({ policy }, step);
    if (agent === null)
      throw new TuttiError(
        "role.unassigned",
        `Step ${step.id} needs the role ${step.role}, and no agent has it.`,
      );
    if (config.agents[agent] === undefined)
      throw new TuttiError(
        "role.unassigned",
        `Step ${step.id} needs the agent ${agent}, which is not configured.`,
      );
  }
};

export type Rules = {
  readonly config: ProjectConfig;
  readonly workflow: Workflow;
  readonly warnings: readonly string[];
};

export const readRules = async (
  deps: Deps,
  from: { readonly root: string; readonly commit: CommitId; readonly workflow?: string },
): Promise<Rules> => {
  const read: ReadFile = (path) => deps.repositories.readFile(from.root, from.commit, path);
  const { config, warnings } = await deps.rules.config(read);
  const name = from.workflow ?? config.workflow ?? DEFAULT_WORKFLOW;
  const opened = await deps.rules.workflow(name, { read, config });
  return { config, workflow: opened.workflow, warnings: [...warnings, ...opened.warnings] };
};

const newRunId = (deps: Deps, request: RunRequest): RunId =>
  RunId.parse(
    request.key === undefined
      ? deps.ids.run()
      : `r-${sha256(`key:${request.path}:${request.key}`).slice(0, 12)}`,
  );

/** TuttiError: what is wrong with the repository, the configuration or the workflow. */
export const startCommand = async (
  deps: Deps,
  request: RunRequest,
): Promise<CommandOf<"run.start">> => {
  const { root, branch, dirty } = await deps.repositories.open(request.path);
  const target = request.target ?? branch;
  if (target === null)
    throw new TuttiError(
      "repository.detached",
      "No branch is checked out, so there is nothing to merge into.",
    );
  const targetCommit = await deps.repositories.resolve(root, target);
  const ref = request.base ?? target;
  const base = await deps.repositories.resolve(root, ref);
  const { config, workflow, warnings } = await readRules(deps, {
    root,
    commit: targetCommit.commit,
    ...(request.workflow === undefined ? {} : { workflow: request.workflow }),
  });
  const isolation = request.isolation ?? "sandbox";
  const rules = { config, isolation, readFrom: targetCommit.commit };
  const policy = { ...rules, hash: hashOf(rules) };
  assertRoles(workflow, config, policy);
  const to =
    request.to ??
    config.merge.to ??
    ((await deps.repositories.follows(root, target)) ? "branch" : "target");
  const command: Command = {
    kind: "run.start",
    run: newRunId(deps, request),
    task: { title: titleOf(request), text: request.text },
    project: { id: projectIdOf(root), path: root },
    workflow,
    workflowHash: hashOf(workflow),
    policy,
    base: { ...base, ref },
    target: { branch: target, to },
    warnings: [
      ...dirtyWarning(dirty, base.commit),
      ...warnings,
      ...(isolation === "none"
        ? ["This run has no sandbox: its agents have all that you have."]
        : []),
    ],
  };
  return command;
};
