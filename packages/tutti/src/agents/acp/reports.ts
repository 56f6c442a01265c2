/** What an agent tells about itself in passing, kept for whoever asks later. */
import type { Update } from "./messages.ts";
import { toolDetail } from "./transcript.ts";

export type Reports = {
  /** USD that the agent says the session has cost so far; null when it never said. */
  readonly cost: () => number | null;
  /** The mode that the agent reported last; null while it reported none. */
  readonly mode: () => string | null;
  /** Commands that failed because the agent wanted a sandbox of its own, which cannot be inside ours. */
  readonly nestedSandboxes: () => number;
  /** What the agent sends until the returned function is called is a replay, and not recorded. */
  readonly mute: () => () => void;
};

/** Words of bubblewrap, which some agents start for each command. */
const NESTED_SANDBOX = "No permissions to create new namespace";

const isNestedSandbox = (update: Update): boolean =>
  (update.sessionUpdate === "tool_call" || update.sessionUpdate === "tool_call_update") &&
  (JSON.stringify(update.rawOutput ?? "").includes(NESTED_SANDBOX) ||
    toolDetail(update).includes(NESTED_SANDBOX));

/** `note` returns whether the update is to be recorded. */
export const createReports = (): Reports & { readonly note: (update: Update) => boolean } => {
  let cost: number | null = null;
  let mode: string | null = null;
  let nestedSandboxes = 0;
  let isMuted = false;
  return {
    cost: () => cost,
    mode: () => mode,
    nestedSandboxes: () => nestedSandboxes,
    mute: () => {
      isMuted = true;
      return () => {
        isMuted = false;
      };
    },
    note: (update) => {
      if (update.sessionUpdate === "usage_update" && update.cost?.currency === "USD")
        cost = update.cost.amount;
      if (update.sessionUpdate === "current_mode_update") mode = update.currentModeId;
      if (!isMuted && isNestedSandbox(update)) nestedSandboxes += 1;
      return !isMuted;
    },
  };
};
