import type { Effect } from "@tutti/protocol";
import type { Group } from "../../engine/ports/dispatcher.ts";

/** An open effect as this process knows it. */
export type Entry = {
  readonly effect: Effect;
  readonly groups: readonly Group[];
  /** Number of the present or next attempt, from 1. */
  attempt: number;
  /** Ends its worker. */
  readonly controller: AbortController;
  isCancelled: boolean;
};
