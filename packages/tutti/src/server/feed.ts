/**
 * The events of all runs as ready-made frames. One feed serves every reader: a reader is a cursor,
 * not a queue, so a slow one costs nothing. The newest frames are kept in memory; whoever is further
 * behind reads from the store.
 */
import { EventEmitter, once } from "node:events";
import { STREAM_EVENTS, type RunEvent } from "@tutti/protocol";
import type { Engine } from "../engine/api.ts";

/** Frames kept for readers that are at the end or nearly so. */
const RECENT_FRAMES = 512;
const RECENT_BYTES = 4 * 1024 * 1024;
/** Events read from the store at once for a reader that is behind. */
const CATCH_UP_EVENTS = 128;

type Frame = { readonly seq: number; readonly run: string; readonly text: string };

export type Feed = {
  /** Newest global sequence. */
  readonly head: () => number;
  /** The next frames after a sequence, oldest first; empty at the end. */
  readonly after: (seq: number) => readonly Frame[];
  /** Resolves when there is something after `seq`. Rejects when aborted. */
  readonly changed: (seq: number, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly [Symbol.dispose]: () => void;
};

export function openFeed(engine: Pick<Engine, "events" | "head" | "subscribe">): Feed {
  const bell = new EventEmitter().setMaxListeners(0);
  const recent: Frame[] = [];
  let bytes = 0;
  let head = engine.head();
  /** Everything stored after the head, in its order. */
  const stored = function* (): Generator<RunEvent> {
    for (;;) {
      const page = engine.events(head, CATCH_UP_EVENTS);
      if (page.length === 0) return;
      yield* page;
    }
  };
  const end = engine.subscribe((events) => {
    // Runs that were stored together may be told of in another order; a cursor knows only one.
    const isNext = events[0]?.seq === head + 1;
    for (const event of isNext ? events : stored()) {
      const frame = frameOf(event);
      recent.push(frame);
      bytes += frame.text.length;
      head = Math.max(head, event.seq);
    }
    while (recent.length > RECENT_FRAMES || (bytes > RECENT_BYTES && recent.length > 1)) {
      bytes -= recent.shift()?.text.length ?? 0;
    }
    bell.emit("change");
  });
  return {
    head: () => head,
    after: (seq) => {
      if (seq >= head) return [];
      const oldest = recent[0];
      if (oldest !== undefined && oldest.seq <= seq + 1) {
        return recent.filter((frame) => frame.seq > seq);
      }
      return engine.events(seq, CATCH_UP_EVENTS).map((event) => frameOf(event));
    },
    changed: async (seq, { signal }) => {
      signal.throwIfAborted();
      while (seq >= head) await once(bell, "change", { signal });
    },
    [Symbol.dispose]: end,
  };
}

function frameOf(event: RunEvent): Frame {
  const data = JSON.stringify(event);
  const text = `id: ${event.seq}\nevent: ${STREAM_EVENTS.run}\ndata: ${data}\n\n`;
  return { seq: event.seq, run: event.run, text };
}
