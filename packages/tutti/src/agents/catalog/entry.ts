/** An agent that Tutti knows: where it comes from, how it is started, and what is special about it. */
import type { Dialect, Family } from "@tutti/protocol";

/** An npm package and the program that it installs. */
export type NpmPackage = {
  /** `NAME@VERSION`, the version that was tested. */
  readonly package: string;
  readonly program: string;
};

/** In the shape of the public ACP registry: an npm package by its exact version, run by its program. */
type NpmDistribution = NpmPackage & {
  readonly kind: "npm";
  readonly args: readonly string[];
  /** What has to be installed beside it: an adapter that starts another package's program. */
  readonly needs: readonly NpmPackage[];
};

/** A program that comes by a way of its own. */
type CommandDistribution = {
  readonly kind: "command";
  readonly program: string;
  readonly args: readonly string[];
  /** The command by which people install it. */
  readonly install: string;
};

export type LaunchInput = {
  /** Base URL of the model gateway inside the fence; null when the agent keeps its own credentials. */
  readonly gatewayUrl: string | null;
  /** What the gateway takes as the API key. */
  readonly token: string;
  readonly model: string | null;
  readonly effort: string | null;
  /** HOME inside the fence. */
  readonly home: string;
};

/** What is added to the agent's own command, environment and home. */
export type LaunchPlan = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files below HOME, written inside the fence before the agent starts: path → content. */
  readonly homeFiles: Readonly<Record<string, string>>;
};

export type Quirks = {
  /** ACP mode to set right after the session is there; null leaves the agent's default. */
  readonly mode: string | null;
  /** What it asks a person for inside the fence. One that never asks may run in the sandbox only. */
  readonly asks: "write-and-shell" | "shell" | "never";
  /** Whether a session can be loaded again, and not before it has this age. */
  readonly load: { readonly kind: "never" } | { readonly kind: "after"; readonly ageMs: number };
  readonly canResume: boolean;
  /** Whether stdio MCP servers of session/new reach the model. */
  readonly mcp: "stdio" | "http-only" | "ignored";
  /**
   * Session config options by which `model` and `effort` are set where launch() does not set them;
   * null: launch() sets it, or the agent has no such thing.
   */
  readonly modelOption: string | null;
  readonly effortOption: string | null;
  /**
   * What it sends beyond the protocol, by method. A request is told that there is no such method, a
   * notification is ignored, and the session goes on either way.
   */
  readonly privateMethods: {
    readonly requests: readonly string[];
    readonly notifications: readonly string[];
  };
  /** What people should know about it. An end of turn never counts as success, for any agent. */
  readonly notes: readonly string[];
};

export type CatalogEntry = {
  /** As in the public registry: `claude-code`, `codex`, `gemini`, … */
  readonly id: string;
  readonly title: string;
  /** Family of its usual models; the served model decides. */
  readonly family: Family;
  /** Built-in provider that the gateway asks for it; null: the user names one, since none is built in. */
  readonly provider: string | null;
  /** Wire format of its requests: the provider has to answer it. */
  readonly dialect: Dialect;
  readonly distribution: NpmDistribution | CommandDistribution;
  /** Lowest version of Node that it runs on, as MAJOR.MINOR; null for native programs. */
  readonly node: string | null;
  /** Model when nothing is configured; null: the agent's own default. */
  readonly model: string | null;
  readonly quirks: Quirks;
  /**
   * The command of its package that writes `credentialFiles` below HOME. Null where a key is the only
   * way, or where its login alone does not make it work: `credentials: inside` is refused then.
   */
  readonly signIn: string | null;
  /** Files below the user's home that hold its login, for `credentials: inside`; the first one always does. */
  readonly credentialFiles: readonly string[];
  /**
   * Of them, those that hold settings besides: shown read-only, or one session could set what is in
   * force in the next. Only where the login in them is not renewed.
   */
  readonly loginSettings?: readonly string[];
  /** The command that prints a long-lived token, which the gateway takes in place of a key. */
  readonly printToken?: string;
  readonly launch: (input: LaunchInput) => LaunchPlan;
};
