/**
 * From a request to the intent of a run. Configuration and workflow are read from the target commit,
 * never from the work tree: an author who edits them changes nothing about his own run.
 */
import { createHash } from "node:crypto";
import {
  type Command,
  DEFAULT_WORKFLOW,
  type CommandOf,
  type CommitId,
  type Isolation,
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

const BRANCHES = "refs/heads/";
const TITLE_MAX_CHARS = 72;
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

const isolationWarning = (isolation: Isolation): string[] =>
  isolation === "none" ? ["This run has no sandbox: its agents have all that you have."] : [];

/** The exception to what holds for keys: people see it on every run that makes it. */
const loginWarnings = ({ agents, roles }: ProjectConfig): string[] =>
  Object.entries(agents).flatMap(([name, { credentials }]) => {
    const isUsed = [roles.planner, roles.author, ...roles.reviewer].includes(name);
    return credentials === "inside" && isUsed
      ? [
          `${name} has its own login inside the fence (credentials: inside): what runs there can read it, and its use is reported, not metered.`,
        ]
      : [];
  });

/** Where the run's change goes, by name; a full reference of a branch is one too. */
const targetOf = (asked: string | undefined, checkedOut: string | null): string => {
  const target = asked?.replace(BRANCHES, "") ?? checkedOut;
  if (target !== null) return target;
  throw new TuttiError(
    "repository.detached",
    "No branch is checked out, so there is nothing to merge into.",
  );
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
    const configured = config.agents[agent];
    if (configured === undefined)
      throw new TuttiError(
        "role.unassigned",
        `Step ${step.id} needs the agent ${agent}, which is not configured.`,
      );
    if (configured.api !== undefined && step.access === "workspace")
      throw new TuttiError(
        "role.no-hands",
        `Step ${step.id} writes the workspace, and its agent ${agent} asks the model API ${configured.api} directly: it has no hands.`,
      );
  }
};

type Rules = {
  readonly config: ProjectConfig;
  readonly workflow: Workflow;
  readonly warnings: readonly string[];
};

const readRules = async (
  deps: Pick<Deps, "repositories" | "rules">,
  from: Pick<RunRequest, "workflow" | "roles"> & {
    readonly root: string;
    readonly commit: CommitId;
  },
): Promise<Rules> => {
  const read: ReadFile = (path) => deps.repositories.readFile(from.root, from.commit, path);
  const { config, warnings } = await deps.rules.config(read, from.roles);
  const name = from.workflow ?? config.workflow ?? DEFAULT_WORKFLOW;
  const opened = await deps.rules.workflow(name, { read, config });
  return { config, workflow: opened.workflow, warnings: [...warnings, ...opened.warnings] };
};

/** What a request with this key starts, now and when it is repeated; null without a key. */
export const keyedRunId = ({ path, key }: RunRequest): RunId | null =>
  key === undefined ? null : RunId.parse(`r-${sha256(`key:${path}:${key}`).slice(0, 12)}`);

/** Commits of the base that the target does not have come along with the merge, and nobody looks at them. */
const baseWarning = async (
  deps: Pick<Deps, "repositories">,
  about: {
    readonly root: string;
    readonly base: CommitId;
    readonly ref: string;
    readonly target: { readonly branch: string; readonly commit: CommitId };
  },
): Promise<string[]> => {
  const { root, base, ref, target } = about;
  if (await deps.repositories.contains(root, { commit: base, in: target.commit })) return [];
  return [
    `${ref} has commits that ${target.branch} does not have. The merge of this run brings them along, and no step of it looks at them.`,
  ];
};

/** TuttiError: what is wrong with the repository, the configuration or the workflow. */
export const startCommand = async (
  deps: Pick<Deps, "repositories" | "rules" | "ids">,
  request: RunRequest,
): Promise<CommandOf<"run.start">> => {
  const { root, branch, dirty } = await deps.repositories.open(request.path);
  const target = targetOf(request.target, branch);
  // By its full name: a tag of the same name would come first, and only a branch can be merged into.
  const targetCommit = await deps.repositories.resolve(root, `${BRANCHES}${target}`);
  const ref = request.base ?? target;
  const base =
    request.base === undefined ? targetCommit : await deps.repositories.resolve(root, ref);
  const { config, workflow, warnings } = await readRules(deps, {
    root,
    commit: targetCommit.commit,
    ...(request.workflow === undefined ? {} : { workflow: request.workflow }),
    ...(request.roles === undefined ? {} : { roles: request.roles }),
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
    run: keyedRunId(request) ?? RunId.parse(deps.ids.run()),
    task: { title: titleOf(request), text: request.text },
    project: { id: projectIdOf(root), path: root },
    workflow,
    workflowHash: hashOf(workflow),
    policy,
    base: { ...base, ref },
    target: { branch: target, to },
    ...(request.roles === undefined ? {} : { roles: request.roles }),
    warnings: [
      ...dirtyWarning(dirty, base.commit),
      ...(await baseWarning(deps, {
        root,
        base: base.commit,
        ref,
        target: { branch: target, commit: targetCommit.commit },
      })),
      ...warnings,
      ...isolationWarning(isolation),
      ...loginWarnings(config),
    ],
  };
  return command;
};
