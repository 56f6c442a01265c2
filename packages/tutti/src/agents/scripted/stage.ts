import type { Action, ActionKind, ActionOf } from "./script.ts";
import type { Wire } from "./wire.ts";

/** How a turn ends before its last action: a stop reason, or an error as the answer to the prompt. */
export type Outcome =
  | { readonly stop: string }
  | { readonly refuse: { readonly code: number; readonly message: string } }
  | null;

/** What an action works with: one turn of one session. */
export type Stage = {
  readonly wire: Wire;
  readonly session: string;
  readonly cwd: string;
  /** Aborted by `session/cancel`. */
  readonly signal: AbortSignal;
  /** Environment of the commands that the turn runs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sums up what `usage` actions report. */
  readonly usage: { inputTokens: number; outputTokens: number; costUsd: number };
  /** Sends a `session/update`. */
  readonly update: (update: Readonly<Record<string, unknown>>) => void;
  readonly nextTool: () => string;
  readonly perform: (actions: readonly Action[]) => Promise<Outcome>;
};

export type Handlers = {
  readonly [Kind in ActionKind]: (
    action: ActionOf<Kind>,
    stage: Stage,
  ) => Outcome | Promise<Outcome>;
};

export const textBlock = (text: string): { type: "text"; text: string } => ({ type: "text", text });
