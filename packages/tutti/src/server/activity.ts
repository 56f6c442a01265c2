/**
 * Which transcripts grew, as ready-made frames: one for each tenth of a second in which something did,
 * made once for all readers. A reader is the number of the last beat that it saw; one that is behind gets
 * all that grew since in one frame, so a slow one costs nothing and misses nothing.
 */
import { EventEmitter, once } from "node:events";
import { STREAM_EVENTS } from "@tutti/protocol";
import type { Engine } from "../engine/api.ts";

const BEAT_MS = 100;
/** Sessions that are remembered; whoever comes back after more than that reads the lists anew. */
const SESSIONS_MAX = 4096;

type Grown = { readonly total: number; readonly at: number; readonly beat: number };

export type ActivityFeed = {
  readonly beat: () => number;
  /** The frame of everything that grew after a beat; null where nothing did. */
  readonly after: (beat: number, run: string | null) => string | null;
  /** Resolves at the next beat after `beat`. Rejects when aborted. */
  readonly changed: (beat: number, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly [Symbol.dispose]: () => void;
};

export function openActivity(engine: Pick<Engine, "watchTranscripts">): ActivityFeed {
  const bell = new EventEmitter().setMaxListeners(0);
  /** In the order of their last growth. */
  const sessions = new Map<string, Grown>();
  let beat = 0;
  let timer: NodeJS.Timeout | null = null;
  let made: { readonly after: number; readonly text: string } | null = null;

  const ring = (): void => {
    timer = null;
    beat += 1;
    made = null;
    bell.emit("beat");
  };
  const end = engine.watchTranscripts(({ session, total, at }) => {
    sessions.delete(session);
    sessions.set(session, { total, at, beat: beat + 1 });
    const [oldest] = sessions.keys();
    if (sessions.size > SESSIONS_MAX && oldest !== undefined) sessions.delete(oldest);
    timer ??= setTimeout(ring, BEAT_MS).unref();
  });

  const frameOf = (after: number, run: string | null): string | null => {
    const grown = [...sessions].filter(
      ([name, one]) =>
        one.beat > after && one.beat <= beat && (run === null || name.startsWith(`${run}/`)),
    );
    if (grown.length === 0) return null;
    const data = {
      sessions: Object.fromEntries(grown.map(([name, { total, at }]) => [name, { total, at }])),
    };
    return `event: ${STREAM_EVENTS.activity}\ndata: ${JSON.stringify(data)}\n\n`;
  };

  return {
    beat: () => beat,
    after: (after, run) => {
      if (after >= beat) return null;
      if (run !== null || after !== beat - 1) return frameOf(after, run);
      made ??= { after, text: frameOf(after, null) ?? "" };
      return made.text === "" ? null : made.text;
    },
    changed: async (after, { signal }) => {
      signal.throwIfAborted();
      while (after >= beat) await once(bell, "beat", { signal });
    },
    [Symbol.dispose]: () => {
      if (timer !== null) clearTimeout(timer);
      end();
    },
  };
}
