/** The last of what a terminal said, by position: a reader that comes back goes on where it was. */

/** What comes in smaller pieces is joined, so that a key at a time is not a buffer each. */
const PIECE_BYTES = 4096;

/** `isError`: a script said it on its standard error. */
type Chunk = { readonly bytes: Uint8Array; readonly isError: boolean };

type OutputPart = Chunk & { readonly from: number };

export type TerminalOutput = {
  /** What is still kept behind a position, as far as it is of one stream. `from` is later than asked where some was let go. */
  readonly after: (position: number) => OutputPart;
  readonly end: () => number;
  /** There will be no more. */
  readonly isClosed: () => boolean;
  /** Resolves when there is more behind a position, or there will be no more; rejects when aborted. */
  readonly changed: (position: number, signal: AbortSignal) => Promise<void>;
};

export type TerminalLog = TerminalOutput & {
  readonly push: (bytes: Uint8Array, isError?: boolean) => void;
  /** Resolves when somebody has read all but half of what can be kept, or at its end; rejects when aborted. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
};

export const createTerminalLog = (maxBytes: number): TerminalLog => {
  const chunks: Chunk[] = [];
  const behind = createWaiting();
  const unread = createWaiting();
  let start = 0;
  let end = 0;
  /** The furthest that somebody has read. */
  let told = 0;
  let isClosed = false;
  const isRead = (): boolean => isClosed || end - told <= maxBytes / 2;
  const tell = (position: number): void => {
    told = Math.max(told, Math.min(position, end));
    if (isRead()) unread.wake();
  };
  return {
    push: (bytes, isError = false) => {
      end += bytes.byteLength;
      if (bytes.byteLength >= maxBytes) {
        const kept = bytes.subarray(bytes.byteLength - maxBytes);
        chunks.splice(0, chunks.length, { bytes: kept, isError });
        start = end - maxBytes;
        return behind.wake();
      }
      const last = chunks.at(-1);
      if (last?.isError === isError && last.bytes.byteLength + bytes.byteLength <= PIECE_BYTES)
        chunks[chunks.length - 1] = { bytes: Buffer.concat([last.bytes, bytes]), isError };
      else chunks.push({ bytes, isError });
      while (end - start > maxBytes) start += chunks.shift()?.bytes.byteLength ?? 0;
      behind.wake();
    },
    read: async (signal) => {
      while (!isRead()) await unread.wait(signal);
    },
    close: () => {
      isClosed = true;
      behind.wake();
      unread.wake();
    },
    end: () => end,
    isClosed: () => isClosed,
    after: (position) => {
      const from = Math.min(Math.max(position, start), end);
      tell(from);
      return { from, ...partOf(chunks, from - start) };
    },
    changed: (position, signal) => {
      signal.throwIfAborted();
      tell(position);
      return isClosed || end > position ? Promise.resolve() : behind.wait(signal);
    },
  };
};

/** From an offset on, until the other stream said something. */
const partOf = (chunks: readonly Chunk[], offset: number): Chunk => {
  const wanted: Uint8Array[] = [];
  let isError = false;
  let at = 0;
  for (const chunk of chunks) {
    const skipped = Math.max(0, offset - at);
    at += chunk.bytes.byteLength;
    if (at <= offset) continue;
    if (wanted.length > 0 && chunk.isError !== isError) break;
    isError = chunk.isError;
    wanted.push(chunk.bytes.subarray(skipped));
  }
  return { bytes: Buffer.concat(wanted), isError };
};

const createWaiting = () => {
  const waiting = new Set<() => void>();
  return {
    wake: (): void => {
      for (const tell of waiting) tell();
      waiting.clear();
    },
    wait: (signal: AbortSignal): Promise<void> => {
      if (signal.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = (): void => reject(signal.reason);
      const tell = (): void => {
        signal.removeEventListener("abort", abort);
        resolve();
      };
      waiting.add(tell);
      signal.addEventListener("abort", abort, { once: true });
      return promise.finally(() => waiting.delete(tell));
    },
  };
};
