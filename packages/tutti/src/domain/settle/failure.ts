/** A result that is not the one hoped for, as a failure. */
import type { EffectResult, Failure } from "@tutti/protocol";

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

export const failureFacts = (failure: Failure) => ({
  summary: failure.message,
  details: [`code ${failure.code}`],
});
