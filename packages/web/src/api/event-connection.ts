/**
 * One connection to the daemon's events that is taken up again, after the last event that was seen,
 * for as long as the page lives.
 *
 *   connecting → live → lost → live (restored)
 *                  └──────→ refused (signed out)
 */
import { createStore, type Store } from "./store.ts";

const EVENTS_PATH = "/api/v1/events";
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

export type Connection = {
  readonly kind: "connecting" | "live" | "lost" | "refused";
  /** How often the connection came back since the page was loaded. */
  readonly restored: number;
};

type Listeners = {
  /** By the name of the event: its data. */
  readonly on: Readonly<Record<string, (data: string) => void>>;
  readonly onRestored: () => void;
};

export type EventConnection = {
  readonly state: Store<Connection>;
  readonly close: () => void;
};

export function connectEvents({ on, onRestored }: Listeners): EventConnection {
  const state = createStore<Connection>({ kind: "connecting", restored: 0 });
  let source: EventSource | null = null;
  let last = "";
  let retryMs = RETRY_MIN_MS;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const opened = (): void => {
    const { kind, restored } = state.get();
    const isBack = kind === "lost";
    retryMs = RETRY_MIN_MS;
    state.set({ kind: "live", restored: isBack ? restored + 1 : restored });
    if (isBack) onRestored();
  };

  const lost = async (): Promise<void> => {
    source?.close();
    const { restored } = state.get();
    const isRefused = await isSignedOut();
    state.set({ kind: isRefused ? "refused" : "lost", restored });
    if (isRefused) return;
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  };

  function connect(): void {
    source = new EventSource(last === "" ? EVENTS_PATH : `${EVENTS_PATH}?after=${last}`);
    source.addEventListener("error", () => void lost());
    const listeners: Listeners["on"] = { ...on, ready: opened };
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId !== "") last = lastEventId;
        listener(data);
      });
    }
  }

  connect();
  return {
    state,
    close: () => {
      source?.close();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

const isSignedOut = (): Promise<boolean> =>
  fetch("/api/v1/session").then(
    ({ status }) => status === 401,
    () => false, // no answer at all: it may be back soon
  );
