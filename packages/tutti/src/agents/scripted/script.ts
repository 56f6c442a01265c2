/**
 * What the scripted agent is told to do: a JSON file of turns, each a list of actions.
 *
 * A prompt takes the first turn whose conditions all hold. The step and the attempt are read from
 * the prompt's first line, `Tutti step: KEY (attempt N)`, with `, repair` behind N when it hands problems back. `nth` counts the prompts this script was
 * given for that step, also over restarts of the process. A prompt that no turn matches is answered
 * with an error. docs/scripted-agent.md is the reference.
 */

/** Text, or its lines: the lines are joined and the last one is ended too. */
export type Text = string | readonly string[];

type Actions = readonly Action[];

/** What each action needs. Optional fields have a default, named in the reference. */
export type ActionFields = {
  readonly say: { readonly text: Text };
  readonly think: { readonly text: Text };
  readonly plan: {
    readonly entries: readonly { readonly text: string; readonly status: string }[];
  };
  readonly stream: { readonly text: string; readonly updates: number; readonly everyMs: number };
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd?: number;
  };
  readonly ask: {
    readonly title: string;
    readonly kind?: string;
    readonly paths?: readonly string[];
    readonly command?: string;
    /** Also offers an answer that the agent would remember. */
    readonly always?: boolean;
    readonly allow?: Actions;
    readonly deny?: Actions;
  };
  readonly elicit: {
    readonly message: string;
    /** A JSON schema of ACP's elicitation. */
    readonly schema: object;
    readonly accept?: Actions;
    readonly decline?: Actions;
  };
  readonly request: { readonly method: string; readonly params?: unknown };
  readonly notify: { readonly method: string; readonly params?: unknown };

  readonly write: { readonly path: string; readonly content: Text };
  readonly append: { readonly path: string; readonly content: Text };
  readonly patch: { readonly path: string; readonly find: Text; readonly replace: Text };
  readonly delete: { readonly path: string };
  readonly rename: { readonly from: string; readonly to: string };
  readonly report: { readonly file: string; readonly text?: Text; readonly json?: unknown };

  readonly run: { readonly command: string; readonly env?: Readonly<Record<string, string>> };
  readonly commit: { readonly message: string };
  readonly if: { readonly run: string; readonly yes?: Actions; readonly no?: Actions };

  readonly sleep: { readonly ms: number };
  readonly stop: { readonly reason: string };
  readonly refuse: { readonly message: string; readonly code?: number };
  readonly exit: { readonly code?: number };
  readonly crash: { readonly signal?: string };
  readonly hang: object;
  readonly "ignore-sigterm": object;
  readonly "double-fork": { readonly seconds: number };
  readonly garbage: { readonly text: string; readonly times?: number };
  readonly complain: { readonly text: Text };
  readonly flood: {
    readonly bytes: number;
    readonly as: "messages" | "line" | "garbage" | "stderr";
    readonly chunk?: number;
  };
};

export type ActionKind = keyof ActionFields;

export type ActionOf<Kind extends ActionKind = ActionKind> = {
  readonly [One in Kind]: { readonly do: One } & ActionFields[One];
}[Kind];

export type Action = ActionOf;

export type Turn = {
  /** The step's key (`build[P1]`) or its name without the instance (`build`). */
  readonly step?: string;
  readonly attempt?: number;
  /** 1 for the first prompt of its step. */
  readonly nth?: number;
  /** Whether the prompt hands problems with the artifacts back; absent: both. */
  readonly repair?: boolean;
  /** A regular expression that the prompt must contain. */
  readonly prompt?: string;
  readonly do: Actions;
};

export type Script = {
  /** The name the agent gives itself. */
  readonly name?: string;
  /** Session modes it offers; the first one is set at the start. */
  readonly modes?: readonly string[];
  /** Tells of a changed mode, and stays in the one it had. */
  readonly keepsMode?: boolean;
  /** Config options by id with their values, for example `model` and `effort`; the first is set at the start. */
  readonly settings?: Readonly<Record<string, readonly string[]>>;
  /** The way in which it goes on with a session of an earlier process; none when absent. */
  readonly continues?: "load" | "resume";
  /** Done before such a session is gone on with. */
  readonly onContinue?: Actions;
  /** The protocol version it answers; 1 when absent. */
  readonly protocolVersion?: number;
  /** Done before `initialize` is answered. */
  readonly onInitialize?: Actions;
  /** Done before `session/new` is answered. */
  readonly onSession?: Actions;
  readonly turns: readonly Turn[];
};

export const textOf = (text: Text): string =>
  typeof text === "string" ? text : `${text.join("\n")}\n`;
