/** A result that is not the one hoped for, as a failure. */
import type { EffectResult, Facts, Failure } from "@tutti/protocol";
import type { Reason } from "../draft.ts";

export const failureOf = (result: EffectResult): Failure => {
  if (result.kind === "failed") return result.failure;
  if (result.kind === "interrupted")
    return {
      code: "agent.stopped",
      message: `interrupted: ${result.reason}`,
      retry: "new-attempt",
    };
  return { code: "internal", message: `an unexpected result: ${result.kind}`, retry: "never" };
};

export const failureFacts = (failure: Failure): Facts => ({
  summary: failure.message,
  details: [`code ${failure.code}`],
});

/** Why a step fails when its worker could not do what was asked. */
export const failureReason = (result: EffectResult): Reason => {
  const failure = failureOf(result);
  return { ...failureFacts(failure), failure };
};
