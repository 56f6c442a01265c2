/**
 * One connection to the daemon's events that is taken up again, after the last event that was seen,
 * for as long as the page lives.
 *
 *   connecting → live → lost → live
 *                  └──────→ refused (signed out)
 */
import { ApiError } from "@tutti/client/api-error";
import type { StreamMessage } from "@tutti/client/events";
import { daemon } from "./daemon.ts";
import { createStore, type Store } from "./store.ts";

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

export type StreamState = "connecting" | "live" | "lost" | "refused";

type StreamOptions = {
  /** Position after which to begin; empty for what is new. */
  readonly after: string;
  readonly onMessage: (message: StreamMessage) => void;
};

export type EventStream = { readonly state: Store<StreamState> };

export function openStream({ after, onMessage }: StreamOptions): EventStream {
  const state = createStore<StreamState>("connecting");
  let retryMs = RETRY_MIN_MS;

  const onLost = (_count: number, error: unknown): number => {
    const isRefused = error instanceof ApiError && error.status === 401;
    state.set(isRefused ? "refused" : "lost");
    if (isRefused) throw error;
    const waitMs = retryMs;
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    return waitMs;
  };

  const follow = async (): Promise<void> => {
    const { signal } = new AbortController(); // it ends with the page
    const from = after === "" ? {} : { after };
    for await (const message of daemon.follow({ ...from, signal, onLost })) {
      onMessage(message);
      if (message.kind !== "ready") continue;
      retryMs = RETRY_MIN_MS;
      state.set("live");
    }
  };

  void follow().catch(() => undefined); // refused: the state says so
  return { state };
}
