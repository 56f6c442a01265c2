import type { Agents } from "./agents.ts";
import type { ProjectAnswers } from "./answers.ts";
import type { Clock } from "./clock.ts";
import type { Dispatcher, Group, Perform } from "./dispatcher.ts";
import type { EgressGrants } from "./egress-grants.ts";
import type { Gateway } from "./gateway.ts";
import type { ProjectRules } from "./rules.ts";
import type { Redactor } from "./secrets.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Store } from "./store.ts";
import type { Terminals } from "./terminal.ts";
import type { Verification } from "./verification.ts";
import type { Repositories, Workspaces } from "./workspaces.ts";
import type { Effect, EffectResult } from "@tutti/protocol";

export type DispatcherHooks = {
  readonly perform: Perform;
  readonly groupsOf: (effect: Effect) => readonly Group[];
  readonly settle: (effect: Effect, result: EffectResult) => Promise<void>;
};

/** Everything the engine works with, wired in main.ts. */
export type Deps = {
  readonly store: Store;
  readonly answers: ProjectAnswers;
  readonly dispatcher: (hooks: DispatcherHooks) => Dispatcher;
  readonly sandbox: Sandbox;
  readonly terminals: Terminals;
  readonly agents: Agents;
  readonly gateway: Gateway;
  readonly workspaces: Workspaces;
  readonly repositories: Repositories;
  readonly verification: Verification;
  readonly rules: ProjectRules;
  /** Goes over everything that is handed in, before it is decided on or read. */
  readonly redactor: Redactor;
  readonly egressGrants: EgressGrants;
  readonly clock: Clock;
  readonly ids: { readonly run: () => string; readonly permission: () => string };
  readonly limits: Limits;
  readonly log: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
};

/** How much runs at once. */
export type Limits = {
  /** Agent and reviewer turns on this machine. */
  readonly machine: number;
  /** Agent and reviewer turns of one project. */
  readonly project: number;
  /** Agent and reviewer turns of one family. */
  readonly family: number;
  /** Checks, proofs and set-ups on this machine. */
  readonly checks: number;
};
