/**
 * The events of one turn on their way to the reader. `push` never waits; whoever produces asks for
 * `room` first, and so a slow reader slows the agent down instead of filling memory.
 */
import { FEED_MAX_EVENTS } from "./limits.ts";

export type Feed<Item> = AsyncIterable<Item> & {
  readonly push: (item: Item) => void;
  /** Resolves when fewer than FEED_MAX_EVENTS wait, or when nobody reads any more. */
  readonly room: () => Promise<void>;
  readonly isFull: () => boolean;
  /** What was pushed is still delivered. */
  readonly close: () => void;
  /** The reader left: what was pushed is dropped. */
  readonly abandon: () => void;
};

type State<Item> = {
  items: Item[];
  isClosed: boolean;
  wakeReader: () => void;
  wakeWriters: (() => void)[];
};

const nothing = (): void => undefined;

const release = (state: State<unknown>): void => {
  const writers = state.wakeWriters;
  state.wakeWriters = [];
  for (const wake of writers) wake();
};

async function* read<Item>(state: State<Item>): AsyncGenerator<Item, void, undefined> {
  for (;;) {
    const items = state.items;
    state.items = [];
    release(state);
    yield* items;
    if (state.items.length > 0) continue;
    if (state.isClosed) return;
    await new Promise<void>((resolve) => {
      state.wakeReader = resolve;
    });
  }
}

export const createFeed = <Item>(): Feed<Item> => {
  const state: State<Item> = { items: [], isClosed: false, wakeReader: nothing, wakeWriters: [] };
  const isFull = (): boolean => !state.isClosed && state.items.length >= FEED_MAX_EVENTS;
  const close = (): void => {
    state.isClosed = true;
    state.wakeReader();
    release(state);
  };
  return {
    isFull,
    close,
    push: (item) => {
      if (state.isClosed) return;
      state.items.push(item);
      state.wakeReader();
    },
    room: async () => {
      if (isFull()) await new Promise<void>((resolve) => state.wakeWriters.push(resolve));
    },
    abandon: () => {
      state.items = [];
      close();
    },
    [Symbol.asyncIterator]: () => read(state),
  };
};
