/** Permissions that wait for an answer. Each belongs to one turn and is void when that turn ends. */
import { PermissionOption } from "@tutti/protocol";
import type { AgentEvent } from "../../engine/ports/agents.ts";
import type { PermissionOutcome } from "./link.ts";
import {
  OPEN_PERMISSIONS_MAX,
  OPTION_ID_MAX_CHARS,
  OPTION_NAME_MAX_CHARS,
  OPTIONS_MAX,
} from "./limits.ts";
import { PermissionRequest } from "./messages.ts";
import { toolFacts } from "./tool-facts.ts";
import type { Transcriber } from "./transcript.ts";
import { cut, toolDetail } from "./transcript.ts";

/** The part of a turn that a permission touches. */
type Asking = {
  readonly emit: (event: AgentEvent) => void;
  readonly hold: () => void;
  readonly release: () => void;
};

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

type Open = {
  readonly options: readonly PermissionOption[];
  readonly settle: (settled: Settled) => void;
};

const NOBODY: Settled = { option: null };

const CANCELLED: PermissionOutcome = { outcome: "cancelled" };

const optionsOf = (request: PermissionRequest): PermissionOption[] =>
  request.options.slice(0, OPTIONS_MAX).flatMap(({ optionId, name, kind }) => {
    const shown = cut(name, OPTION_NAME_MAX_CHARS);
    const option = PermissionOption.safeParse({ id: optionId, name: shown, kind });
    return option.success && optionId.length <= OPTION_ID_MAX_CHARS ? [option.data] : [];
  });

export const createDesk = (transcriber: Transcriber): Desk => {
  const open = new Map<string, Open>();
  let last = 0;

  const settled = (
    id: string,
    options: readonly PermissionOption[],
    signal: AbortSignal,
  ): Promise<Settled> =>
    new Promise((resolve) => {
      open.set(id, { options, settle: resolve });
      signal.addEventListener("abort", () => resolve(NOBODY), { once: true });
    });

  const ask: Desk["ask"] = async (params, asking, signal) => {
    const request = PermissionRequest.parse(params);
    const options = optionsOf(request);
    if (options.length === 0 || open.size >= OPEN_PERMISSIONS_MAX || signal.aborted)
      return CANCELLED;
    last += 1;
    const id = `permission-${last}`;
    const title = cut(
      request.toolCall.title ?? transcriber.titleOf(request.toolCall.toolCallId) ?? "a tool call",
      1000,
    );
    transcriber.flush();
    asking.hold();
    const answered = settled(id, options, signal);
    const { toolCall } = request;
    const facts = toolFacts(toolCall);
    asking.emit({ kind: "permission", id, title, detail: toolDetail(toolCall), options, facts });
    const { option, rule } = await answered;
    open.delete(id);
    asking.release();
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
      const one = open.get(id);
      if (one === undefined) return;
      const chosen = one.options.find((offered) => offered.id === option);
      if (chosen === undefined && option !== null) return;
      one.settle({ option: chosen ?? null, ...(rule === undefined ? {} : { rule }) });
    },
    cancelAll: () => {
      for (const one of open.values()) one.settle(NOBODY);
    },
  };
};
