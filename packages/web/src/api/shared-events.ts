/**
 * The daemon's events, by one connection for all pages of a browser: over HTTP/1.1 it has six for a host,
 * which six pages with a stream each would use up.
 *
 * The page that holds the lock reads the stream and tells the others what comes. When it goes, the lock
 * falls to another, which reads on after the last event that it was told. Every page reads anew what it
 * shows whenever another stream tells it, since it cannot know what the one before left out. A page that
 * nobody answers, because the leader hangs or the browser has no locks, reads a stream of its own.
 */
import type { StreamMessage } from "@tutti/client/events";
import { type EventStream, openStream, type StreamState } from "./event-stream.ts";
import { createStore, type Store } from "./store.ts";

/** Of the lock and of the channel. */
const NAME = "tutti.events";
/** Time for the leader to answer; it may be a page in the background on a busy machine. */
const ANSWER_MS = 2000;

export type Connection = {
  readonly kind: StreamState;
  /** How often the connection came back since the page was loaded. */
  readonly restored: number;
};

type Listeners = {
  readonly onMessage: (message: StreamMessage) => void;
  /** Something may have been missed: everything may have changed. */
  readonly onRestored: () => void;
};

type Standing = {
  readonly kind: StreamState;
  /** Tells one stream from the next. */
  readonly stream: string;
  /** Of the last event that it told. */
  readonly position: string;
};

type Message =
  | { readonly say: "who-leads" }
  | ({ readonly say: "standing" } & Standing)
  | { readonly say: "message"; readonly message: StreamMessage };

export function shareEvents(listeners: Listeners): Store<Connection> {
  const page = createPage(listeners);
  const { channel, post } = openChannel();
  const own = crypto.randomUUID();
  let stream: EventStream | null = null;
  let isLeading = false;

  const tell = (message: Message): void => {
    if (isLeading) post(message);
  };
  const standing = ({ state }: EventStream): Standing => {
    return { kind: state.get(), stream: own, position: page.position() };
  };
  const tellStanding = (): void => {
    if (stream !== null) tell({ say: "standing", ...standing(stream) });
  };

  const read = (): EventStream => {
    leader.leave();
    const opened = openStream({
      after: page.position(),
      onMessage: (message) => {
        page.hear(message);
        tell({ say: "message", message });
      },
    });
    opened.state.subscribe(() => {
      page.stand(standing(opened));
      tellStanding();
    });
    return opened;
  };

  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.say === "who-leads") return tellStanding();
    if (stream !== null) return undefined;
    leader.answered();
    return data.say === "message" ? page.hear(data.message) : page.stand(data);
  });

  const leader = askLeader({
    ask: () => post({ say: "who-leads" }),
    onSilent: () => {
      stream ??= read();
    },
  });
  holdLock((isHeld) => {
    isLeading = isHeld;
    stream ??= read();
    tellStanding();
  });
  return page.state;
}

type Asking = { readonly ask: () => void; readonly onSilent: () => void };

/** Asks now, and whenever somebody comes back to the page, whether the leader is there. */
function askLeader({ ask, onSilent }: Asking) {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const answered = (): void => clearTimeout(unanswered);
  const begin = (): void => {
    answered();
    // Nobody looks at a hidden page: it can wait for the leader, or for its turn.
    if (document.visibilityState === "visible") unanswered = setTimeout(onSilent, ANSWER_MS);
    ask();
  };
  document.addEventListener("visibilitychange", begin);
  begin();
  return {
    answered,
    leave: (): void => {
      document.removeEventListener("visibilitychange", begin);
      answered();
    },
  };
}

function openChannel() {
  const channel = new BroadcastChannel(NAME);
  const post = (message: Message): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is its origin's alone
    channel.postMessage(message);
  };
  return { channel, post };
}

/** What this page has heard, whoever told it. */
function createPage({ onMessage, onRestored }: Listeners) {
  const state = createStore<Connection>({ kind: "connecting", restored: 0 });
  let position = "";
  let told: string | null = null;

  const live = (stream: string): void => {
    const { kind, restored } = state.get();
    const isBack = kind === "lost";
    const isAnother = told !== stream;
    told = stream;
    state.set({ kind: "live", restored: isBack ? restored + 1 : restored });
    if (isBack || isAnother) onRestored();
  };

  return {
    state,
    position: () => position,
    hear: (message: StreamMessage): void => {
      ({ position } = message);
      onMessage(message);
    },
    /** While another page's stream connects, this one is as current as it was. */
    stand: (now: Standing): void => {
      const { kind, stream } = now;
      if (position === "") ({ position } = now);
      if (kind === "live") live(stream);
      else if (kind !== "connecting") state.set({ ...state.get(), kind });
    },
  };
}

/** Says that the lock is held, which goes with the page alone, or that the browser has none for this page. */
function holdLock(onKnown: (isHeld: boolean) => void): void {
  if (!("locks" in navigator)) return onKnown(false);
  const { promise: forEver } = Promise.withResolvers<never>();
  const hold = (): Promise<never> => {
    onKnown(true);
    return forEver;
  };
  navigator.locks.request(NAME, hold).catch(() => onKnown(false));
  return undefined;
}
