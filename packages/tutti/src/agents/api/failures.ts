/** What went wrong with a request, as a failure with a code and what may help. */
import { TuttiError } from "@tutti/protocol";
import type * as AiModule from "ai";
import type { AgentFailure } from "../../engine/ports/agents.ts";
import { MESSAGE_MAX_CHARS } from "./limits.ts";

type Ai = typeof AiModule;

const OPENING: readonly AgentFailure["code"][] = [
  "provider.unknown",
  "provider.key-missing",
  "provider.refused",
];

/** The gateway did not open a session. Everything but its own refusals is a bug, and thrown on. */
export const openingFailure = (error: unknown): AgentFailure => {
  const code = error instanceof TuttiError && OPENING.find((one) => one === error.code);
  if (!(error instanceof TuttiError) || code === false || code === undefined) throw error;
  return { code, message: error.message, retry: error.retry };
};

/** The same request would be refused the same way. */
const isFinal = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429;

const shortened = (text: string): string => text.slice(0, MESSAGE_MAX_CHARS);

/** After its retries the last of several errors is what matters. */
const rootOf = (ai: Ai, error: unknown): unknown =>
  ai.RetryError.isInstance(error) ? error.lastError : error;

export const requestFailure = (ai: Ai, thrown: unknown): AgentFailure => {
  const error = rootOf(ai, thrown);
  const words = error instanceof Error ? error.message : String(error);
  const { statusCode = 0 } = ai.APICallError.isInstance(error) ? error : {};
  if (statusCode >= 400) {
    return {
      code: "agent.refused",
      message: shortened(`The provider answered ${statusCode}: ${words}`),
      retry: isFinal(statusCode) ? "never" : "later",
    };
  }
  return {
    code: "agent.died",
    message: shortened(`The answer broke off: ${words}`),
    retry: "new-attempt",
  };
};

export const stoppedFailure: AgentFailure = {
  code: "agent.stopped",
  message: "The request was cancelled.",
  retry: "new-attempt",
};
