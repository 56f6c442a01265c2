/** Runs commands and reads results: checks, reproductions, and what a diff does to what judges it. */
import type { Verification } from "../engine/ports/verification.ts";
import { runCheck } from "./check.ts";
import type { Executor } from "./execute.ts";
import { guardDiff } from "./guard/guard.ts";
import { filesBehind } from "./guard/scripts.ts";
import { runProof } from "./proof.ts";

/** `putBlob` keeps logs, at most LOG_HEAD_BYTES + LOG_END_BYTES each. */
export function createVerification(executor: Executor): Verification {
  return {
    runCheck: (check, options) => runCheck(executor, check, options),
    runProof: (proof, options) => runProof(executor, proof, options),
    filesBehind: (checks, root) =>
      filesBehind(
        checks.map(({ run }) => run),
        root,
      ),
    guard: guardDiff,
  };
}
