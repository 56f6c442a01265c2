/** Turns what went wrong with an agent into one failure with a code, in words a person can act on. */
import { constants } from "node:os";
import { RequestError } from "@agentclientprotocol/sdk";
import { TuttiError } from "@tutti/protocol";
import type { AgentFailure } from "../../engine/ports/agents.ts";
import type { ExitFact } from "../../engine/ports/sandbox.ts";

const RETRY = {
  "agent.missing": "never",
  "agent.died": "new-attempt",
  "agent.silent": "new-attempt",
  "agent.timeout": "new-attempt",
  "agent.protocol": "never",
  "agent.refused": "later",
  "agent.flood": "new-attempt",
  "agent.stopped": "new-attempt",
  "agent.mode": "never",
  "agent.unfenced": "never",
  "agent.login": "never",
  "agent.busy": "later",
  "provider.unknown": "never",
  "provider.key-missing": "never",
  "provider.refused": "never",
  "workspace.full": "never",
  "sandbox.failed": "never",
  "disk.full": "later",
  "budget.exceeded": "never",
} as const satisfies Record<AgentFailure["code"], AgentFailure["retry"]>;

export const failure = (code: AgentFailure["code"], message: string): AgentFailure => ({
  code,
  message,
  retry: RETRY[code],
});

/** A start or a step of the handshake that did not work. Never leaves this folder. */
export class HarnessError extends Error {
  readonly failure: AgentFailure;

  constructor(code: AgentFailure["code"], message: string) {
    super(message);
    this.failure = failure(code, message);
  }

  static of(cause: AgentFailure): HarnessError {
    const error = new HarnessError(cause.code, cause.message);
    return Object.assign(error, { failure: cause });
  }
}

const isFailureCode = (code: string): code is AgentFailure["code"] => Object.hasOwn(RETRY, code);

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The agent's process was not started. */
export const launchFailure = (error: unknown): AgentFailure => {
  if (error instanceof HarnessError) return error.failure;
  if (!(error instanceof TuttiError)) return failure("sandbox.failed", wordsOf(error));
  return {
    code: isFailureCode(error.code) ? error.code : "sandbox.failed",
    message: error.message,
    retry: error.retry,
  };
};

const NOT_FOUND_EXITS: readonly (number | null)[] = [126, 127];
const BWRAP_NOT_FOUND = /^bwrap: execvp .*: (?:No such file or directory|Permission denied)/mu;

/** The fence and shells tell of a signal by an exit code of 128 and its number. */
const SIGNAL_EXIT = 128;

const signalOf = ({ code, signal }: ExitFact): string | null => {
  const number = (code ?? 0) - SIGNAL_EXIT;
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return signal ?? name ?? null;
};

const exitWords = (fact: ExitFact): string => {
  const signal = signalOf(fact);
  return signal === null ? `exit code ${fact.code ?? "unknown"}` : `signal ${signal}`;
};

/** `lastWords` is the end of its standard error. */
export const deathFailure = (
  fact: ExitFact,
  command: readonly string[],
  lastWords: string,
): AgentFailure => {
  const said =
    lastWords.trim() === ""
      ? "It said nothing on standard error."
      : `Its last words:\n${lastWords.trim()}`;
  if (fact.ended === "workspace-full")
    return failure("workspace.full", "The workspace passed its size limit while the agent worked.");
  if (fact.ended === "stopped")
    return failure("agent.stopped", `The agent's process was ended from outside. ${said}`);
  if (NOT_FOUND_EXITS.includes(fact.code) || BWRAP_NOT_FOUND.test(lastWords)) {
    return failure(
      "agent.missing",
      `The command \`${command.join(" ")}\` could not be started. ${said}`,
    );
  }
  return failure(
    "agent.died",
    `The agent ended with ${exitWords(fact)} before its turn was over. ${said}`,
  );
};

/** An error that the agent answered; every other one is the sound of a broken connection. */
export const isErrorAnswer = (error: unknown): error is RequestError =>
  error instanceof RequestError;

/** ACP's code for "log in first". */
const AUTH_REQUIRED = -32_000;

/** The agent answered a request with an error, or with something that is not an answer. */
export const answerFailure = (method: string, error: unknown): AgentFailure => {
  if (!isErrorAnswer(error))
    return failure(
      "agent.protocol",
      `The agent's answer to ${method} is not ACP version 1: ${wordsOf(error)}`,
    );
  if (error.code === AUTH_REQUIRED && method === "session/new") {
    return {
      ...failure("agent.refused", `The agent asks for a login: ${error.message}`),
      retry: "never",
    };
  }
  const data = error.data === undefined ? "" : ` ${JSON.stringify(error.data).slice(0, 1000)}`;
  return failure(
    "agent.refused",
    `The agent answered ${method} with an error: ${error.message} (${error.code})${data}`,
  );
};
