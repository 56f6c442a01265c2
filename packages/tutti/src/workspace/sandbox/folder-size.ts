import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

export type FolderSize = {
  /** Space on disk; a file with several names counts once. */
  readonly bytes: number;
  /** The walk stopped early because `stopAtBytes` was reached or there are too many entries. */
  readonly isPartial: boolean;
};

export type FolderSizeOptions = { readonly stopAtBytes: number; readonly signal?: AbortSignal };

/** Beyond this the walk ends and counts as full. */
const ENTRIES_MAX = 5_000_000;
const BLOCK_BYTES = 512;

/** Walks folders without following links or leaving their file systems. */
export async function folderSize(
  folders: readonly string[],
  { stopAtBytes, signal }: FolderSizeOptions,
): Promise<FolderSize> {
  const queue = [...folders];
  const linked = new Set<string>();
  let bytes = 0;
  let entries = 0;
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const { path, isFolder, size, key } of await measure(folder)) {
      entries += 1;
      if (key !== null && linked.has(key)) continue;
      if (key !== null) linked.add(key);
      bytes += size;
      if (isFolder) queue.push(path);
    }
    if (bytes >= stopAtBytes || entries >= ENTRIES_MAX) return { bytes, isPartial: true };
    if (signal?.aborted === true) break;
  }
  return { bytes, isPartial: false };
}

type Entry = {
  readonly path: string;
  readonly isFolder: boolean;
  readonly size: number;
  /** Device and inode where a file has more than one name. */
  readonly key: string | null;
};

/** Entries vanish while they are counted; what is gone counts nothing. */
async function measure(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      const path = join(folder, name);
      const stat = await lstat(path).catch(() => null);
      if (stat === null) continue;
      const isFolder = stat.isDirectory();
      const key = !isFolder && stat.nlink > 1 ? `${stat.dev}:${stat.ino}` : null;
      entries.push({ path, isFolder, size: stat.blocks * BLOCK_BYTES, key });
    }
  } catch {
    return entries;
  }
  return entries;
}
