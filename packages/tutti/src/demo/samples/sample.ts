/**
 * A sample: a small repository with a real defect, and what the two scripted agents do about it.
 * Everything the demo shows comes from this one shape, wherever the files come from.
 */
import type { z } from "zod";
import type { Contract, FindingReport, Plan, Reproduction } from "@tutti/protocol";
import type { Folders } from "../../platform/paths.ts";

/** Path relative to the root of the repository → content. */
export type Files = Readonly<Record<string, string>>;

export type Change = {
  /** What the author says about it. */
  readonly note: string;
  readonly files: Files;
};

export type Claim = Pick<FindingReport, "kind" | "severity" | "claim" | "requirements"> & {
  readonly locations: z.input<typeof FindingReport>["locations"];
  /** The rival writes these files into its own copy and runs the command there. */
  readonly reproduction: Reproduction;
};

export type Sample = {
  readonly name: string;
  readonly files: Files;
  /** Message of the first commit. */
  readonly origin: string;
  readonly task: { readonly title: string; readonly text: string };
  readonly spec: string;
  readonly contract: z.input<typeof Contract>;
  readonly plan: z.input<typeof Plan>;
  /** Keeps the shipped tests green and misses a case, on purpose. */
  readonly first: Change;
  readonly final: Change;
  readonly claim: Claim;
  /** Prints one TAP document with a name for every test. */
  readonly check: string;
  /** Folder whose `node_modules` the tests need, brought by npm; null when they need nothing. */
  readonly dependencies: string | null;
};

export type SampleSource = {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Throws `sample.unavailable` when something that must be fetched is not there. */
  readonly load: (context: SampleContext) => Promise<Sample>;
};

export type SampleContext = {
  readonly folders: Pick<Folders, "data">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the person what takes time. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};
