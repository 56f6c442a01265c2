/** Actions that only speak with the client. */
import { setTimeout as sleep } from "node:timers/promises";
import { textOf } from "./script.ts";
import type { Handlers, Outcome, Stage } from "./stage.ts";
import { textBlock } from "./stage.ts";
import type { Answer } from "./wire.ts";
import { isMessage } from "./wire.ts";

export const CANCELLED: Outcome = { stop: "cancelled" };

/** False when the turn was cancelled meanwhile. */
export const pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    // The only failure of a timer is its signal.
    return false;
  }
};

const ALWAYS = { optionId: "always", name: "Always allow", kind: "allow_always" };
const PERMISSION_OPTIONS = [
  { optionId: "allow", name: "Allow", kind: "allow_once" },
  { optionId: "deny", name: "Deny", kind: "reject_once" },
];

/** The option the client selected; null when it cancelled or refused to answer. */
const selected = (answer: Answer): string | null => {
  if ("error" in answer || !isMessage(answer.result)) return null;
  const outcome = answer.result["outcome"];
  return isMessage(outcome) && outcome["outcome"] === "selected"
    ? String(outcome["optionId"])
    : null;
};

/** What became of an elicitation; `cancel` when the client refused to answer. */
const elicited = (answer: Answer): { readonly action: unknown; readonly content?: unknown } =>
  "error" in answer || !isMessage(answer.result)
    ? { action: "cancel" }
    : { action: answer.result["action"], content: answer.result["content"] };

const chunk = (
  stage: Stage,
  kind: "agent_message_chunk" | "agent_thought_chunk",
  text: string,
): null => {
  stage.update({ sessionUpdate: kind, content: textBlock(text) });
  return null;
};

export const talk = {
  say: ({ text }, stage) => chunk(stage, "agent_message_chunk", textOf(text)),
  think: ({ text }, stage) => chunk(stage, "agent_thought_chunk", textOf(text)),
  plan: ({ entries }, stage) => {
    const wire = entries.map(({ text, status }) => ({ content: text, priority: "medium", status }));
    stage.update({ sessionUpdate: "plan", entries: wire });
    return null;
  },
  stream: async ({ text, updates, everyMs }, stage) => {
    for (let sent = 0; sent < updates; sent += 1) {
      if (sent > 0 && !(await pause(everyMs, stage.signal))) return CANCELLED;
      chunk(stage, "agent_message_chunk", text);
    }
    return null;
  },
  usage: ({ inputTokens, outputTokens, costUsd = 0 }, stage) => {
    stage.usage.inputTokens += inputTokens;
    stage.usage.outputTokens += outputTokens;
    stage.usage.costUsd += costUsd;
    const cost = { amount: stage.usage.costUsd, currency: "USD" };
    stage.update({
      sessionUpdate: "usage_update",
      used: stage.usage.inputTokens,
      size: 200_000,
      cost,
    });
    return null;
  },
  ask: async ({ title, kind = "other", allow = [], deny = [], ...about }, stage) => {
    const toolCall = {
      toolCallId: stage.nextTool(),
      title,
      kind,
      status: "pending",
      ...(about.paths === undefined ? {} : { locations: about.paths.map((path) => ({ path })) }),
      ...(about.command === undefined ? {} : { rawInput: { command: about.command } }),
    };
    const answer = await stage.wire.request("session/request_permission", {
      sessionId: stage.session,
      toolCall,
      options: about.always === true ? [ALWAYS, ...PERMISSION_OPTIONS] : PERMISSION_OPTIONS,
    });
    const option = selected(answer);
    if (option === null) return CANCELLED;
    return stage.perform(option === "deny" ? deny : allow);
  },
  elicit: async ({ message, schema, accept = [], decline = [] }, stage) => {
    const answer = await stage.wire.request("elicitation/create", {
      sessionId: stage.session,
      mode: "form",
      message,
      requestedSchema: { type: "object", ...schema },
    });
    const { action, content } = elicited(answer);
    if (action === "cancel") return CANCELLED;
    if (action === "accept")
      chunk(stage, "agent_message_chunk", `answered: ${JSON.stringify(content ?? {})}`);
    return stage.perform(action === "accept" ? accept : decline);
  },
  request: async ({ method, params }, stage) => {
    const answer = await stage.wire.request(method, params ?? {});
    return chunk(stage, "agent_message_chunk", `${method}: ${JSON.stringify(answer)}`);
  },
  notify: ({ method, params }, stage) => {
    stage.wire.notify(method, params ?? {});
    return null;
  },
} satisfies Partial<Handlers>;
