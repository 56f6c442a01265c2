/** One agent process that speaks ACP: its requests with time-outs, and the one reason it was lost. */
import { client } from "@agentclientprotocol/sdk";
import type { QuestionValues } from "@tutti/protocol";
import type { AgentFailure } from "../../engine/ports/agents.ts";
import type { ExitFact, FencedProcess } from "../../engine/ports/sandbox.ts";
import { deathFailure, failure } from "./failures.ts";
import { EXIT_DRAIN_MS, STDERR_TAIL_CHARS, STOP_GRACE_MS } from "./limits.ts";
import type { Listener } from "./transport.ts";
import { openTransport } from "./transport.ts";

export type PermissionOutcome =
  | { readonly outcome: "cancelled" }
  | { readonly outcome: "selected"; readonly optionId: string };

/** Answer to an `elicitation/create`. */
export type QuestionOutcome =
  | { readonly action: "accept"; readonly content: QuestionValues }
  | { readonly action: "decline" | "cancel" };

export type Conversation = Omit<Listener, "failed"> & {
  /** Raw params of a `session/request_permission`. */
  readonly asked: (params: unknown, signal: AbortSignal) => Promise<PermissionOutcome>;
  /** Raw params of an `elicitation/create`. */
  readonly questioned: (params: unknown, signal: AbortSignal) => Promise<QuestionOutcome>;
};

export type Link = {
  /** Rejects with the SDK's RequestError for an error answer. Has no time-out of its own: race it with `lost` and a clock. */
  readonly request: (method: string, params: unknown) => Promise<unknown>;
  readonly notify: (method: string, params: unknown) => void;
  /** Resolves, once, with why the agent can no longer be talked to. */
  readonly lost: Promise<AgentFailure>;
  /** Ends the connection and the whole process tree. */
  readonly stop: () => Promise<ExitFact>;
};

const asIs = (params: unknown): unknown => params;

/** Resolves after `ms`, or with the promise when that is earlier. */
export const within = async <Value>(
  promise: Promise<Value>,
  ms: number,
): Promise<Value | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

const connectClient = (conversation: Conversation) =>
  client({ name: "tutti" })
    .onRequest("session/request_permission", asIs, async ({ params, signal }) => ({
      outcome: await conversation.asked(params, signal),
    }))
    .onRequest("elicitation/create", asIs, ({ params, signal }) =>
      conversation.questioned(params, signal),
    )
    // Every notification is allowed and ignored; other requests get method-not-found from the SDK.
    .onNotification("*", () => undefined);

/** Which came first: this side broke the connection off, the process ended, or it closed its output. */
const whyLost = async (
  process: FencedProcess,
  closed: Promise<void>,
  death: (fact: ExitFact) => AgentFailure,
): Promise<AgentFailure> => {
  await Promise.race([process.exited, closed]);
  const fact = await within(process.exited, EXIT_DRAIN_MS);
  if (fact === undefined)
    return failure("agent.protocol", "The agent closed its standard output but did not end.");
  // What it wrote before it ended is still in the pipe. A descendant may hold the pipe open.
  await within(closed, EXIT_DRAIN_MS);
  return death(fact);
};

export const openLink = (
  process: FencedProcess,
  command: readonly string[],
  conversation: Conversation,
): Link => {
  let words = "";
  const broken = Promise.withResolvers<AgentFailure>();
  const listener: Listener = { ...conversation, failed: broken.resolve };
  const stream = openTransport(process, listener, (text) => {
    words = (words + text).slice(-STDERR_TAIL_CHARS);
  });
  const connection = connectClient(conversation).connect(stream);
  const death = (fact: ExitFact): AgentFailure => deathFailure(fact, command, words);
  const lost = Promise.race([broken.promise, whyLost(process, connection.closed, death)]);
  return {
    lost,
    request: (method, params) => connection.agent.request(method, params),
    notify: (method, params) => {
      // A notification that cannot be sent means that the agent is gone, which `lost` reports.
      connection.agent.notify(method, params).catch(() => undefined);
    },
    stop: async () => {
      const fact = await process.stop(STOP_GRACE_MS);
      connection.close();
      process.stderr.destroy();
      return fact;
    },
  };
};
