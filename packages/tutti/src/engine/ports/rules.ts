import type {
  AgentConfig,
  ArtifactData,
  AskedRoles,
  Contract,
  Facts,
  Finding,
  FindingReport,
  PlanItem,
  ProjectConfig,
  RunDocument,
  StepKey,
  Workflow,
  WorkflowStep,
} from "@tutti/protocol";

/** Reads a file of the repository at the commit that rules the run; null when it is not there. */
export type ReadFile = (path: string) => Promise<string | null>;

export type PromptInput = {
  readonly state: RunDocument;
  readonly step: WorkflowStep;
  readonly key: StepKey;
  readonly attempt: number;
  /** Whole texts of the artifacts that this prompt is anchored to. */
  readonly artifacts: readonly { readonly name: string; readonly text: string }[];
  readonly item: PlanItem | null;
  readonly facts: readonly Facts[];
  /** Comments of people, oldest first. */
  readonly comments: readonly string[];
  /** Reviews only: the diff base..candidate, from git and never from an agent. */
  readonly diff: string | null;
};

type ArtifactRead =
  | {
      readonly kind: "valid";
      readonly data: ArtifactData;
      readonly findings: readonly FindingReport[] | null;
    }
  | { readonly kind: "invalid"; readonly problem: string };

/** The project's own rules: configuration, workflows, prompts, and the shape of artifacts. Pure but for reading files. */
export type ProjectRules = {
  /**
   * `.tutti/config.yaml`, joined with the user's own; `roles` go before those of the files. TuttiError
   * `config.*` with every problem, or `usage` for what is wrong with `roles`.
   */
  readonly config: (
    read: ReadFile,
    roles?: AskedRoles,
  ) => Promise<{ readonly config: ProjectConfig; readonly warnings: readonly string[] }>;
  /**
   * One agent by its name, of either file or of the catalogue, with the configuration around it; a
   * project without a file has an empty one. TuttiError `config.invalid`, or `usage` for no agent.
   */
  readonly agent: (
    name: string,
    read: ReadFile,
  ) => Promise<{ readonly config: ProjectConfig; readonly agent: AgentConfig }>;
  /** Nearest wins: project, user, built-in; linted against the configuration. TuttiError `workflow.*`. */
  readonly workflow: (
    name: string,
    options: { readonly read: ReadFile; readonly config: ProjectConfig },
  ) => Promise<{ readonly workflow: Workflow; readonly warnings: readonly string[] }>;
  readonly prompt: (input: PromptInput) => string;
  /** For a session that was cut off and goes on: it knows the rest already. */
  readonly continuePrompt: (input: PromptInput) => string;
  /** Problems of a first answer, handed back in the same session. */
  readonly repairPrompt: (input: PromptInput, problems: readonly string[]) => string;
  /** What people said in mid-turn, told in the same session; nothing when they interrupted it and took that back. */
  readonly messagePrompt: (input: PromptInput, messages: readonly string[]) => string;
  /** Asks how big a task is, and for its title. */
  readonly advicePrompt: (text: string) => string;
  /** Asks whether a claim holds, of a model that did not raise it. */
  readonly opinionPrompt: (input: {
    readonly state: RunDocument;
    readonly finding: Finding;
    readonly diff: string;
  }) => string;
  readonly artifact: (
    name: string,
    text: string,
    context: { readonly contract: Contract | null },
  ) => ArtifactRead;
};
