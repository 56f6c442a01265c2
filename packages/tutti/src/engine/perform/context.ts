/** What performers share: the run's facts and the ports. */
import type {
  Effect,
  EffectPayload,
  EffectResult,
  MessageId,
  QuestionField,
  RunDocument,
  RunEvent,
  ToolFacts,
  TranscriptEntry,
} from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol";
import { stepState } from "../../domain/steps.ts";
import { fileFailure } from "../../platform/file-failure.ts";
import type { QuestionAnswer } from "../ports/agents.ts";
import type { Deps } from "../ports/deps.ts";
import type { EgressAnswers } from "../ports/sandbox.ts";
import type { RunSource } from "../ports/workspaces.ts";
import type { Taken } from "./models.ts";

/** `signal`: of the work. `gone`: the agent waits no more, though its turn goes on. */
export type AskedUntil = { readonly signal: AbortSignal; readonly gone: AbortSignal };

/** Asks a person through the run's attention queue; resolves to the chosen option, or null when the turn ends first. */
export type AskPermission = (
  question: {
    readonly effect: Effect;
    readonly title: string;
    readonly detail: string;
    readonly options: readonly {
      id: string;
      name: string;
      kind: "allow_once" | "allow_always" | "reject_once" | "reject_always";
    }[];
    readonly facts: ToolFacts;
  },
  until: AskedUntil,
) => Promise<string | null>;

/** Records that what waits goes into the prompt that follows, and tells which messages that are. */
export type GiveMessages = (prompt: {
  /** The first of its turn. */
  readonly opens: boolean;
}) => Promise<readonly MessageId[]>;

/** As `AskPermission`, with a form. */
export type AskQuestion = (
  question: {
    readonly effect: Effect;
    readonly message: string;
    readonly fields: readonly QuestionField[];
  },
  until: AskedUntil,
) => Promise<QuestionAnswer | null>;

export type Work<Kind extends EffectPayload["kind"]> = {
  readonly deps: Deps;
  readonly effect: Effect;
  readonly payload: Extract<EffectPayload, { kind: Kind }>;
  readonly state: RunDocument;
  readonly source: RunSource;
  readonly signal: AbortSignal;
  readonly ask: AskPermission;
  readonly give: GiveMessages;
  readonly askQuestion: AskQuestion;
  readonly taken: Taken;
  /** Stored events from now on; returns what ends it. */
  readonly subscribe: (listener: (events: readonly RunEvent[]) => void) => () => void;
  /** For the programs of this effect. */
  readonly egressAnswers: EgressAnswers;
};

export const sourceOf = (state: RunDocument): RunSource => ({
  run: state.id,
  project: state.project.path,
  base: { commit: state.base.commit, tree: state.base.tree },
  policy: state.policy,
});

/** Sessions are named by run and what they belong to, so that a run's list is a prefix. */
export const sessionName = (state: RunDocument, about: string): string => `${state.id}/${about}`;

/** The session of a turn: each attempt has its own. */
export const turnSession = (
  state: RunDocument,
  payload: Extract<EffectPayload, { kind: "agent.turn" | "review.turn" }>,
): string => {
  const { kind, step, attempt } = payload;
  if (kind === "agent.turn") return sessionName(state, `${step}/${attempt}`);
  const round = stepState(state, step).attempts.at(-1)?.number ?? 1;
  return sessionName(state, `${step}/${payload.agent}/${round}.${attempt}`);
};

export const note = (deps: Deps, session: string, text: string): void => {
  const entry: TranscriptEntry = { kind: "note", at: deps.clock.now(), text };
  deps.store.transcript.append(session, [entry]);
};

export const outputTo =
  (deps: Deps, session: string) =>
  (text: string): void => {
    deps.store.transcript.append(session, [
      { kind: "output", at: deps.clock.now(), stream: "stdout", text },
    ]);
  };

/** An outside failure becomes a result; a bug stays an error and crashes its effect. */
export const resultOf = (error: unknown): EffectResult => {
  const known = error instanceof TuttiError ? error : fileFailure(error);
  if (known === null) throw error;
  const { code, message, retry } = known;
  return { kind: "failed", failure: { code, message, retry } };
};
