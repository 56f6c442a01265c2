/** What the server (and nobody else) sees of the engine. */
import type {
  Actor,
  Advice,
  AdviceRequest,
  AgentTrial,
  AttentionItem,
  BlameView,
  CheckpointView,
  Command,
  ConflictsView,
  AskedRoles,
  DiffView,
  ErrorCode,
  FindingId,
  Isolation,
  Opinion,
  Probe,
  RunDocument,
  RunEvent,
  RunId,
  RunStatus,
  TranscriptEntry,
} from "@tutti/protocol";
import type {
  Growth,
  MeterQuery,
  OnceOnly,
  Page,
  ProjectRuns,
  RunSummary,
  UsageRow,
} from "./ports/store.ts";
import type { Doings } from "./doings.ts";
import type { OpenTerminals } from "./terminals.ts";
import type { Capability, LaunchSpec } from "./ports/sandbox.ts";

export type RunRequest = {
  /** A folder inside the user's repository. */
  readonly path: string;
  readonly text: string;
  readonly title?: string;
  readonly workflow?: string;
  readonly base?: string;
  readonly target?: string;
  readonly isolation?: Isolation;
  readonly to?: "target" | "branch";
  readonly roles?: AskedRoles;
  /** Repeating a request with the same key answers with the first one's run. */
  readonly key?: string;
};

type Rejection = {
  readonly kind: "rejected";
  readonly code: ErrorCode;
  readonly message: string;
};
export type Outcome =
  | { readonly kind: "accepted"; readonly run: RunId; readonly version: number }
  | Rejection;
export type Started =
  | { readonly kind: "started"; readonly run: RunId; readonly warnings: readonly string[] }
  | Rejection;

/** Commands that come from outside; `effect.settle`, `permission.ask`, `question.ask` and `run.start` are the engine's own. */
export type PersonCommand = Exclude<
  Command,
  { kind: "effect.settle" | "permission.ask" | "question.ask" | "run.start" | "artifact.amend" }
>;

type DiffRange = { readonly from?: string; readonly to?: string };

export type DiffReads = {
  /** The candidate against its base, or any two commits. `path`: the patch of one file of it. */
  readonly diff: (
    run: RunId,
    query: DiffRange & { readonly path?: string; readonly only?: "files" },
  ) => Promise<DiffView>;
  /** The work of each attempt and of each person that changed something, oldest first. */
  readonly checkpoints: (run: RunId) => readonly CheckpointView[];
  readonly blame: (run: RunId, query: DiffRange & { readonly path: string }) => Promise<BlameView>;
  /** Computed on the target branch as it is now. */
  readonly conflicts: (run: RunId) => Promise<ConflictsView>;
};

type OtherParts = DiffReads & Doings;

export type Engine = OtherParts & {
  /** Recovers what an earlier daemon left and begins to work. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Resolves when no effect is active and none can start. */
  readonly drain: () => Promise<void>;
  /** Reads the project, resolves workflow and policy at the target commit, stores the intent. TuttiError for what is wrong with the repository, configuration or workflow. */
  readonly startRun: (request: RunRequest, actor: Actor) => Promise<Started>;
  /** What models were asked, as metered, finished or not. */
  readonly usage: (query: MeterQuery) => readonly UsageRow[];
  readonly handle: (run: RunId, command: PersonCommand, actor: Actor) => Promise<Outcome>;
  /** A request that was done before, by an earlier daemon too, is answered as it was then. */
  readonly handleOnce: (
    run: RunId,
    asked: { readonly command: PersonCommand; readonly request: OnceOnly | null },
    actor: Actor,
  ) => Promise<Outcome>;
  /** A person replaces an artifact; the bytes are validated first. */
  readonly amend: (
    run: RunId,
    artifact: {
      readonly name: string;
      readonly text: string;
      /** Hash of the text that was edited: another one is not overwritten. */
      readonly replaces?: string;
    },
    actor: Actor,
  ) => Promise<Outcome>;
  readonly document: (run: RunId) => RunDocument | null;
  readonly status: (run: RunId) => RunStatus | null;
  readonly attention: () => readonly AttentionItem[];
  readonly runs: (query: {
    readonly project?: string;
    readonly states?: readonly string[];
    readonly cursor?: string;
    readonly limit: number;
  }) => Page<RunSummary>;
  /** The one whose task moved last is first. */
  readonly projects: () => readonly ProjectRuns[];
  readonly events: (after: number, limit: number) => readonly RunEvent[];
  readonly eventsOf: (run: RunId, after: number, limit: number) => readonly RunEvent[];
  readonly head: () => number;
  readonly artifact: (run: RunId, name: string) => Promise<string | null>;
  readonly blob: (hash: string) => Promise<Uint8Array | null>;
  readonly sessions: (run: RunId) => readonly string[];
  readonly transcript: (
    session: string,
    from: number,
    limit: number,
  ) => {
    readonly from: number;
    readonly total: number;
    readonly entries: readonly TranscriptEntry[];
  };
  /** Told of each transcript that grew, at once. Returns what ends it. */
  readonly watchTranscripts: (listener: (growth: Growth) => void) => () => void;
  /** Pauses a run and ends its turns at once; on `run.resume` they go on as new attempts. */
  readonly halt: (run: RunId, reason: string, actor: Actor) => Promise<Outcome>;
  /** Everything a terminal inside the fence needs; the CLI launches it. */
  readonly shell: (run: RunId) => Promise<LaunchSpec>;
  /** Those that the daemon holds itself. */
  readonly terminals: OpenTerminals;
  readonly capabilities: () => Promise<readonly Capability[]>;
  /** Runs every configured check and each agent's handshake once in the fence, on the project's present commit. TuttiError for what is wrong with the repository or the configuration. */
  readonly probe: (path: string, options: { readonly signal: AbortSignal }) => Promise<Probe>;
  /**
   * One small edit by an agent in a throw-away workspace inside the fence, measured. `agent`: one that
   * the project does not configure. TuttiError for what is wrong with the repository or configuration.
   */
  readonly testAgent: (
    request: { readonly path: string; readonly name: string },
    options: { readonly signal: AbortSignal },
  ) => Promise<AgentTrial>;
  /** How big a task is and what to call it, as a model says that is asked directly. */
  readonly advise: (
    request: AdviceRequest,
    options: { readonly signal: AbortSignal },
  ) => Promise<Advice>;
  /** A second opinion on a finding, kept as a comment on it; verdicts follow from what was run alone. */
  readonly opinion: (
    about: {
      readonly run: RunId;
      readonly finding: FindingId;
      readonly agent: string | undefined;
      readonly actor: Actor;
    },
    options: { readonly signal: AbortSignal },
  ) => Promise<Opinion>;
  readonly gc: () => Promise<{ readonly removed: number }>;
  /** Called after each commit, in order. Returns the function that ends it. */
  readonly subscribe: (listener: (events: readonly RunEvent[]) => void) => () => void;
};
