import type { CheckConfig, CheckResult, GuardFlag, Proof, ProofResult } from "@tutti/protocol";
import type { Diff } from "./workspaces.ts";
import type { Place } from "./place.ts";

export type CheckOptions = {
  readonly place: Place;
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
};

/** Runs commands and reads results. Returns facts only; verdicts are the domain's. */
export type Verification = {
  /** A red result is run twice more on the same tree; a test that then passes is named in `flaky`. */
  readonly runCheck: (
    check: CheckConfig & { readonly name: string },
    options: CheckOptions,
  ) => Promise<CheckResult>;
  /** Lays the reproduction's files over the place's tree and runs it `times` times. */
  readonly runProof: (
    proof: Proof,
    options: CheckOptions & {
      readonly commit: string;
      readonly times: number;
      readonly timeoutMs: number;
    },
  ) => Promise<ProofResult>;
  /**
   * Files that checks run without naming them: through scripts of package.json, through a Makefile.
   * `root` holds the candidate's files, and nothing has run in it yet.
   */
  readonly filesBehind: (
    checks: readonly CheckConfig[],
    root: string,
  ) => Promise<readonly string[]>;
  /** What a diff does to the things that judge it. `protectedGlobs` come on top of the built-in list. */
  readonly guard: (
    diff: Diff,
    options: {
      readonly checks: readonly CheckConfig[];
      readonly scripts: readonly string[];
      readonly protectedGlobs: readonly string[];
    },
  ) => readonly GuardFlag[];
};
