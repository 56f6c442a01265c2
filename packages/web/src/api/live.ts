/**
 * What changes under the page's eyes. Each stored event of a run says that what was read about the
 * run is out of date; reading it again is the Query cache's work. A lost connection is taken up again
 * where it ended, and what is on screen is read anew as well.
 */
import { type Connection, shareEvents } from "./shared-events.ts";
import { createStore, type Store } from "./store.ts";

/** Runs that change together are told of together. */
const BATCH_MS = 100;

/** What is known of one session's growth: its number of entries, and when the last came. */
type Activity = { readonly total: number; readonly at: number };

export type Live = {
  readonly connection: Store<Connection>;
  /** By session; only what grew while this page was open. */
  readonly activity: Store<Readonly<Record<string, Activity>>>;
  /** Resolves once it is known whether the page is live. */
  readonly isKnown: Promise<void>;
};

type Listeners = {
  /** Runs that changed, once per batch. */
  readonly onRuns: (runs: ReadonlySet<string>) => void;
  /** Something may have been missed: everything may have changed. */
  readonly onRestored: () => void;
};

export function openLive({ onRuns, onRestored }: Listeners): Live {
  const activity = createStore<Readonly<Record<string, Activity>>>({});
  const changed = new Set<string>();
  let batch: ReturnType<typeof setTimeout> | null = null;

  const flush = (): void => {
    batch = null;
    const runs = new Set(changed);
    changed.clear();
    onRuns(runs);
  };

  const connection = shareEvents({
    onRestored,
    onMessage: (message) => {
      if (message.kind === "run") {
        changed.add(message.event.run);
        batch ??= setTimeout(flush, BATCH_MS);
      } else if (message.kind === "activity") {
        activity.set({ ...activity.get(), ...message.activity.sessions });
      }
    },
  });

  return { connection, activity, isKnown: known(connection) };
}

function known(connection: Store<Connection>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = connection.subscribe(() => {
    unsubscribe();
    resolve();
  });
  return promise;
}
