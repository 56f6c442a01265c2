/** The last of what a terminal said, by position: a reader that comes back goes on where it was. */

/** What comes in smaller pieces is joined, so that a key at a time is not a buffer each. */
const PIECE_BYTES = 4096;

type OutputPart = { readonly from: number; readonly bytes: Uint8Array };

export type TerminalOutput = {
  /** Everything behind a position that is still kept. `from` is later than asked where some was let go. */
  readonly after: (position: number) => OutputPart;
  readonly end: () => number;
  /** There will be no more. */
  readonly isClosed: () => boolean;
  /** Resolves when there is more behind a position, or there will be no more; rejects when aborted. */
  readonly changed: (position: number, signal: AbortSignal) => Promise<void>;
};

export type TerminalLog = TerminalOutput & {
  readonly push: (bytes: Uint8Array) => void;
  readonly close: () => void;
};

export const createTerminalLog = (maxBytes: number): TerminalLog => {
  const chunks: Uint8Array[] = [];
  const waiting = new Set<() => void>();
  let start = 0;
  let end = 0;
  let isClosed = false;
  const wake = (): void => {
    for (const tell of waiting) tell();
    waiting.clear();
  };
  return {
    push: (bytes) => {
      end += bytes.byteLength;
      if (bytes.byteLength >= maxBytes) {
        chunks.splice(0, chunks.length, bytes.subarray(bytes.byteLength - maxBytes));
        start = end - maxBytes;
        return wake();
      }
      const last = chunks.at(-1);
      const isSmall = last !== undefined && last.byteLength + bytes.byteLength <= PIECE_BYTES;
      if (isSmall) chunks[chunks.length - 1] = Buffer.concat([last, bytes]);
      else chunks.push(bytes);
      while (end - start > maxBytes) start += chunks.shift()?.byteLength ?? 0;
      wake();
    },
    close: () => {
      isClosed = true;
      wake();
    },
    end: () => end,
    isClosed: () => isClosed,
    after: (position) => {
      const from = Math.min(Math.max(position, start), end);
      const wanted: Uint8Array[] = [];
      let at = end;
      for (let index = chunks.length - 1; index >= 0 && at > from; index -= 1) {
        const chunk = chunks[index] ?? new Uint8Array();
        at -= chunk.byteLength;
        wanted.unshift(chunk);
      }
      return { from, bytes: Buffer.concat(wanted).subarray(from - at) };
    },
    changed: (position, signal) => {
      signal.throwIfAborted();
      if (isClosed || end > position) return Promise.resolve();
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
