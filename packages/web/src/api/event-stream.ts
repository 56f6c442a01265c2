/**
 * One connection to the daemon's events that is taken up again, after the last event that was seen,
 * for as long as the page lives.
 *
 *   connecting → live → lost → live
 *                  └──────→ refused (signed out)
 */
import { createStore, type Store } from "./store.ts";

const EVENTS_PATH = "/api/v1/events";
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

export type StreamState = "connecting" | "live" | "lost" | "refused";

/** `id`: its place in the order of all events; empty for what has none. */
export type StreamEvent = { readonly name: string; readonly data: string; readonly id: string };

type StreamOptions = {
  /** Names of the events that are wanted. */
  readonly names: readonly string[];
  /** Id of the event after which to begin; empty for what is new. */
  readonly after: string;
  readonly onEvent: (event: StreamEvent) => void;
};

export type EventStream = { readonly state: Store<StreamState> };

export function openStream({ names, after, onEvent }: StreamOptions): EventStream {
  const state = createStore<StreamState>("connecting");
  let source: EventSource | null = null;
  let last = after;
  let retryMs = RETRY_MIN_MS;

  const lost = async (): Promise<void> => {
    source?.close();
    const isRefused = await isSignedOut();
    state.set(isRefused ? "refused" : "lost");
    if (isRefused) return;
    setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  };

  const take = ({ type, data, lastEventId }: MessageEvent<string>): void => {
    if (lastEventId !== "") last = lastEventId;
    onEvent({ name: type, data, id: last });
  };

  function connect(): void {
    source = new EventSource(last === "" ? EVENTS_PATH : `${EVENTS_PATH}?after=${last}`);
    source.addEventListener("error", () => void lost());
    source.addEventListener("ready", (event: MessageEvent<string>) => {
      retryMs = RETRY_MIN_MS;
      take(event);
      state.set("live");
    });
    for (const name of names) source.addEventListener(name, take);
  }

  connect();
  return { state };
}

const isSignedOut = (): Promise<boolean> =>
  fetch("/api/v1/session").then(
    ({ status }) => status === 401,
    () => false, // no answer at all: it may be back soon
  );
