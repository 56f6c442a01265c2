import type {
  AgentConfig,
  BudgetStop,
  McpServer,
  PermissionOption,
  QuestionAction,
  QuestionField,
  QuestionValues,
  ToolFacts,
  TranscriptEntry,
  Usage,
} from "@tutti/protocol";
import type { GatewayGrant } from "./gateway.ts";
import type { Place } from "./place.ts";
import type { EgressAnswers } from "./sandbox.ts";

/** On whose behalf models are asked, which ones, and how much may be taken. */
export type ModelGrant = Pick<GatewayGrant, "caller" | "policy" | "budget">;

/** A session that an earlier attempt left in the same workspace and home. */
export type EarlierSession = {
  /** The agent's own id of it. */
  readonly id: string;
  readonly openedAt: number;
};

export type SessionSpec = {
  readonly name: string;
  readonly agent: AgentConfig;
  readonly place: Place;
  /** Owner of the process tree: the effect's id. */
  readonly owner: string;
  /** What people said about hosts that are not listed. */
  readonly egressAnswers?: EgressAnswers;
  /** `turnMs`: of all prompts of the session together, as far as it works on them. */
  readonly limits: { readonly turnMs: number; readonly silenceMs: number };
  /** How long to wait for a login that another session has; without it, as long as that takes. */
  readonly loginWaitMs?: number;
  /** Of a run's turn. Without it no model is asked: a handshake alone. */
  readonly models?: ModelGrant;
  /** What the turn must leave in the place's artifacts folder. */
  readonly produces?: readonly string[];
  /** Servers that the agent is given, started inside the fence. */
  readonly mcp?: Readonly<Record<string, McpServer>>;
  /** Gone on with where the agent can; else a new session is opened. */
  readonly earlier?: EarlierSession | null;
};

export type AgentFailure = {
  readonly code:
    | "agent.missing"
    | "agent.died"
    | "agent.silent"
    | "agent.timeout"
    | "agent.protocol"
    | "agent.refused"
    | "agent.flood"
    | "agent.stopped"
    | "agent.mode"
    | "agent.unfenced"
    | "agent.login"
    | "agent.busy"
    | "provider.unknown"
    | "provider.key-missing"
    | "provider.refused"
    | "workspace.full"
    | "sandbox.failed"
    | "disk.full"
    | "budget.exceeded";
  readonly message: string;
  readonly retry: "never" | "later" | "new-attempt";
};

/**
 * `entry`: what the agent says and does; its prompt and its end are recorded by who prompted.
 * `ended` and `failed` are last: exactly one of them closes the stream.
 */
export type AgentEvent =
  | { readonly kind: "entry"; readonly entry: TranscriptEntry }
  /** A picture that the agent sent; whoever prompted keeps it. */
  | { readonly kind: "image"; readonly bytes: Uint8Array }
  | {
      readonly kind: "permission";
      readonly id: string;
      readonly title: string;
      readonly detail: string;
      readonly options: readonly PermissionOption[];
      readonly facts: ToolFacts;
      /** Aborts when the agent waits for no answer any more: it took the request back, or its prompt ended. */
      readonly gone: AbortSignal;
    }
  | {
      readonly kind: "question";
      readonly id: string;
      readonly message: string;
      readonly fields: readonly QuestionField[];
      /** As that of a permission. */
      readonly gone: AbortSignal;
    }
  | {
      readonly kind: "ended";
      readonly stopReason: string;
      readonly usage: Usage | null;
    }
  /** `usage`: what is known of it all the same. */
  | { readonly kind: "failed"; readonly failure: AgentFailure; readonly usage: Usage | null };

export type QuestionAnswer = {
  readonly action: QuestionAction;
  readonly values: QuestionValues;
};

export type Session = {
  /** One turn. Never throws: a failure is the last event. A second prompt continues the session. */
  readonly prompt: (
    text: string,
    options: { readonly signal: AbortSignal },
  ) => AsyncIterable<AgentEvent>;
  /**
   * Answers an open permission; `null` means cancelled. The turn's clock stands still while one is
   * open. `rule`: what answered in a person's place, for the transcript.
   */
  readonly answer: (permission: string, option: string | null, rule?: string) => void;
  /** Answers an open question, as `answer` does a permission. */
  readonly answerQuestion: (question: string, answer: QuestionAnswer | null, rule?: string) => void;
  /** How long it has worked on its prompts: time in which it waited for a person is not in it. */
  readonly ranMs: () => number;
  /** Set once a request of the session was refused for its budget. Absent where no gateway serves it. */
  readonly budgetStop?: () => BudgetStop | null;
  /** Ends the session and the whole process tree; everything that it asked is metered durably then. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Adapters never throw: what goes wrong while opening is a returned failure. */
export type Agents = {
  readonly open: (
    spec: SessionSpec,
    options: { readonly signal: AbortSignal },
  ) => Promise<
    | {
        readonly kind: "opened";
        readonly session: Session;
        readonly agent: { readonly name: string; readonly version: string };
        /** Root of its process tree on this machine, where it has one. */
        readonly pid?: number;
        /** From the call to the agent's answer to the first message. */
        readonly initializedMs?: number;
        /** The agent's own session, to go on with after a crash; absent where there is no such thing. */
        readonly conversation?: EarlierSession & { readonly isContinued: boolean };
      }
    | { readonly kind: "failed"; readonly failure: AgentFailure }
  >;
};
