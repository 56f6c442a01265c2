/** Permissions that wait for an answer. */
import { PermissionOption } from "@tutti/protocol";
import type { PermissionOutcome } from "./link.ts";
import { OPTION_ID_MAX_CHARS, OPTION_NAME_MAX_CHARS, OPTIONS_MAX } from "./limits.ts";
import { PermissionRequest } from "./messages.ts";
import { type Asking, createOpenAsks } from "./open-asks.ts";
import { toolFacts } from "./tool-facts.ts";
import type { Transcriber } from "./transcript.ts";
import { cut, toolDetail } from "./transcript.ts";

export type Desk = {
  /** Resolves with the answer; `cancelled` when the turn ends first or the agent withdraws it. */
  readonly ask: (
    params: unknown,
    asking: Asking,
    signal: AbortSignal,
  ) => Promise<PermissionOutcome>;
  /** An unknown id or option is passed over: the request is gone, or the answer names nothing that was offered. */
  readonly answer: (id: string, option: string | null, rule?: string) => void;
  readonly cancelAll: () => void;
};

type Settled = { readonly option: PermissionOption | null; readonly rule?: string };

const CANCELLED: PermissionOutcome = { outcome: "cancelled" };

const optionsOf = (request: PermissionRequest): PermissionOption[] =>
  request.options.slice(0, OPTIONS_MAX).flatMap(({ optionId, name, kind }) => {
    const shown = cut(name, OPTION_NAME_MAX_CHARS);
    const option = PermissionOption.safeParse({ id: optionId, name: shown, kind });
    return option.success && optionId.length <= OPTION_ID_MAX_CHARS ? [option.data] : [];
  });

export const createDesk = (transcriber: Transcriber): Desk => {
  const asks = createOpenAsks<readonly PermissionOption[], Settled>("permission", { option: null });

  const ask: Desk["ask"] = async (params, asking, signal) => {
    const request = PermissionRequest.parse(params);
    const options = optionsOf(request);
    if (options.length === 0 || asks.isFull() || signal.aborted) return CANCELLED;
    const { toolCall } = request;
    const title = cut(
      toolCall.title ?? transcriber.titleOf(toolCall.toolCallId) ?? "a tool call",
      1000,
    );
    transcriber.flush();
    const [detail, facts] = [toolDetail(toolCall), toolFacts(toolCall)];
    const { id, answer } = await asks.wait(options, asking, {
      event: (one, gone) => ({ kind: "permission", id: one, title, detail, options, facts, gone }),
      signal,
    });
    const { option, rule } = answer;
    transcriber.add({
      kind: "permission",
      at: transcriber.now(),
      id,
      title,
      answer: option?.name ?? null,
      ...(rule === undefined ? {} : { rule }),
    });
    return option === null ? CANCELLED : { outcome: "selected", optionId: option.id };
  };

  return {
    ask,
    answer: (id, option, rule) => {
      const one = asks.find(id);
      if (one === undefined) return;
      const chosen = one.about.find((offered) => offered.id === option);
      if (chosen === undefined && option !== null) return;
      one.settle({ option: chosen ?? null, ...(rule === undefined ? {} : { rule }) });
    },
    cancelAll: asks.cancelAll,
  };
};
