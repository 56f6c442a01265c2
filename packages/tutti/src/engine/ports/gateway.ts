/**
 * The way from an agent to its models. Real keys stay on this side: an agent holds a token that is
 * worth nothing anywhere else and ends with its session.
 */
import type { Server } from "node:net";
import type { Budget, ModelCaller, ModelPolicy, ModelRequest } from "@tutti/protocol";

export type GatewayGrant = {
  readonly caller: ModelCaller;
  /** Name of a provider: built in or of the user's configuration. */
  readonly provider: string;
  readonly policy: ModelPolicy;
  /** What is left is computed from what the store has metered; `run` bounds the run, `day` everything since midnight UTC. */
  readonly budget: { readonly run: Budget; readonly day: Budget };
};

/** Why a session may not go on asking: the run waits for a person. */
export type BudgetStop = {
  readonly scope: "run" | "day";
  readonly measure: "usd" | "tokens" | "minutes";
  readonly limit: number;
  readonly spent: number;
};

/** The models of one session. */
export type GatewayLease = {
  /** What the agent presents as its API key. */
  readonly token: string;
  /** Answers connections of a listening socket that was passed out of a fence. */
  readonly attach: (listening: Server) => void;
  /** For requests of the daemon itself, under the same rules; paths are those of the dialects. */
  readonly fetch: typeof globalThis.fetch;
  /** Requests of this session so far, oldest first. */
  readonly requests: () => readonly ModelRequest[];
  /** Set once a request was refused for its budget. */
  readonly budgetStop: () => BudgetStop | null;
  /** Ends open requests and refuses new ones. Resolves when everything is metered durably. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type ProviderState = {
  readonly name: string;
  readonly url: string;
  /** Whether a key is there where one is needed; never the key. */
  readonly key: "there" | "missing" | "not-needed";
  /** Where the key comes from, or what to do: `ANTHROPIC_API_KEY`, `tutti keys set anthropic`. */
  readonly keyName: string | null;
};

export type Gateway = {
  /** Throws TuttiError `provider.unknown`, `provider.key-missing` or `provider.refused` (by the model policy). */
  readonly open: (grant: GatewayGrant) => Promise<GatewayLease>;
  readonly providers: () => Promise<readonly ProviderState[]>;
};
