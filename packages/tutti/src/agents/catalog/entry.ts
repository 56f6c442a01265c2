/** An agent that Tutti knows: where it comes from, how it is started, and what is special about it. */
import type { Family } from "@tutti/protocol";

/** In the shape of the public ACP registry: an npm package by its exact version, run by its program. */
export type NpxDistribution = {
  /** `NAME@VERSION`, the version that was tested. */
  readonly package: string;
  /** The program that the package installs. */
  readonly program: string;
  readonly args: readonly string[];
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
  /** How `model` and `effort` are set: by a session config option of this id, or at launch only. */
  readonly modelOption: string | null;
  readonly effortOption: string | null;
  /** What people should know about it. An end of turn never counts as success, for any agent. */
  readonly notes: readonly string[];
};

export type CatalogEntry = {
  /** As in the public registry: `claude-code`, `codex`, `gemini`, … */
  readonly id: string;
  readonly title: string;
  /** Family of its usual models; the served model decides. */
  readonly family: Family;
  /** Built-in provider that the gateway asks for it. */
  readonly provider: string;
  readonly distribution: NpxDistribution;
  /** Lowest major version of Node that it runs on; null for native programs. */
  readonly node: number | null;
  readonly model: string | null;
  readonly quirks: Quirks;
  /** How people sign in without a key, for messages; null where a key is the only way. */
  readonly signIn: string | null;
  /** Files below the user's home that hold its login, for `credentials: inside`. */
  readonly credentialFiles: readonly string[];
  readonly launch: (input: LaunchInput) => LaunchPlan;
};
