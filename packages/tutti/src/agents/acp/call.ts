/** Requests of the handshake: each ends in time, and for one reason. */
import type { AgentFailure } from "../../engine/ports/agents.ts";
import { answerFailure, failure, HarnessError, isErrorAnswer } from "./failures.ts";
import type { Link } from "./link.ts";
import { within } from "./link.ts";

export type Call = {
  readonly link: Link;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export const START_CANCELLED = failure("agent.stopped", "The start of the agent was cancelled.");

const stopped = (signal: AbortSignal): Promise<AgentFailure> =>
  new Promise((resolve) => {
    const stop = (): void => resolve(START_CANCELLED);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/** @throws HarnessError */
export const call = async (
  { link, timeoutMs, signal }: Call,
  method: string,
  params: unknown,
): Promise<unknown> => {
  const answer = link.request(method, params).then(
    (value) => ({ value }),
    async (error: unknown) => (isErrorAnswer(error) ? answerFailure(method, error) : link.lost),
  );
  const outcome = await within(Promise.race([answer, link.lost, stopped(signal)]), timeoutMs);
  if (outcome === undefined)
    throw new HarnessError(
      "agent.silent",
      `The agent did not answer ${method} within ${timeoutMs / 1000} s.`,
    );
  if ("value" in outcome) return outcome.value;
  throw HarnessError.of(outcome);
};
