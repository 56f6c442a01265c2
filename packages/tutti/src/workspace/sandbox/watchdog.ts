/**
 * Ends a process whose workspace passes its size limit. No quota is needed for it: every
 * WATCH_INTERVAL_MS it asks the file system, which costs nothing, how much space has gone since the
 * last count; only when that could have used up what was left, or after WALK_INTERVAL_MS, it counts
 * the files. Before the first count a workspace is taken to be half full. So a process that fills
 * its workspace is seen within WATCH_INTERVAL_MS plus one count (about 20 ms for a thousand files),
 * and within WALK_INTERVAL_MS in the worst case: when it began more than half full, or when others
 * free as much space on the same disk at the same time.
 */
import { statfs } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { folderSize } from "./folder-size.ts";

export const WATCH_INTERVAL_MS = 1000;
const WALK_INTERVAL_MS = 60_000;
/** A count may take at most this share of the time: one that takes 1 s is not repeated for 10 s. */
const WALK_SHARE = 0.1;

export type WatchOptions = {
  readonly folders: readonly string[];
  readonly maxBytes: number;
  readonly onFull: (bytes: number) => void;
  readonly signal: AbortSignal;
};

/** Runs until the limit is passed or the signal aborts; never rejects. */
export async function watchSize(options: WatchOptions): Promise<void> {
  const { folders, maxBytes, signal, onFull } = options;
  const start = { free: await freeBytes(folders), at: performance.now() };
  let counted = { ...start, bytes: maxBytes / 2, tookMs: 0 };
  for (;;) {
    await pause(signal);
    if (signal.aborted) return;
    const now = performance.now();
    const free = await freeBytes(folders);
    const couldBeFull = counted.free - free >= maxBytes - counted.bytes;
    const isDue = couldBeFull || now - counted.at >= WALK_INTERVAL_MS;
    if (isDue && now - counted.at >= counted.tookMs / WALK_SHARE) {
      const { bytes, isPartial } = await folderSize(folders, { stopAtBytes: maxBytes, signal });
      if (signal.aborted) return;
      if (isPartial) {
        onFull(bytes);
        return;
      }
      counted = { bytes, free, at: now, tookMs: performance.now() - now };
    }
  }
}

/** Summed over the folders' file systems, in bytes; only its changes matter. */
async function freeBytes(folders: readonly string[]): Promise<number> {
  const free = await Promise.all(
    folders.map(async (folder) => {
      const stat = await statfs(folder).catch(() => null);
      return stat === null ? 0 : stat.bavail * stat.bsize;
    }),
  );
  return free.reduce((sum, bytes) => sum + bytes, 0);
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(WATCH_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
}
