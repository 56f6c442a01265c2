/**
 * Which host paths lead to a running program. A read-only mount keeps nobody from connecting to a
 * unix socket or from writing into a pipe, so a path that is one or holds one is not shown.
 *
 * What programs of the host's network namespace have bound is known exactly. Sockets of others, such
 * as a container's, are looked for in the folder itself, not without end.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isWithin } from "./shown-path.ts";

/** Folders below the one that is shown, itself included. */
const SCAN_DEPTH_MAX = 4;
/** Names read of one shown folder: a few milliseconds. */
const SCAN_ENTRIES_MAX = 2_000;

const BOUND_SOCKETS = "/proc/net/unix";
/** Num, RefCount, Protocol, Flags, Type, St, Inode, and the path that `bind` was given. */
const BOUND_SOCKET = /^[0-9a-f]+:(?: +[0-9A-Fa-f]+){5} +\d+ (?<path>\/.*)$/u;

/** Real paths of the unix sockets that programs of this network namespace have bound by a whole path. */
export function boundSockets(): readonly string[] {
  const paths = new Set<string>();
  for (const line of linesOf(BOUND_SOCKETS)) {
    const path = BOUND_SOCKET.exec(line)?.groups?.["path"];
    if (path !== undefined) paths.add(realOf(path));
  }
  return [...paths];
}

/** Null when nothing speaks there; else the reason why it is not shown. `real`: a path without links. */
export function refuseSpeaking(real: string, bound: readonly string[]): string | null {
  const stat = lstatSync(real);
  if (!stat.isDirectory() && !stat.isFile()) return "is a socket, a pipe or a device";
  const inside = bound.find((path) => isWithin(path, real)) ?? scan(real);
  return inside === null
    ? null
    : `holds ${inside}, by which a program of this machine is spoken to`;
}

/** The first socket or pipe near the top of a folder. Breadth first: they rarely lie deep. */
function scan(folder: string): string | null {
  let left = SCAN_ENTRIES_MAX;
  let level = [folder];
  for (let depth = 0; depth < SCAN_DEPTH_MAX && left > 0; depth += 1) {
    const entries = firstEntries(level, left);
    const found = entries.find((entry) => entry.isSocket() || entry.isFIFO());
    if (found !== undefined) return pathOf(found);
    left -= entries.length;
    level = entries.filter((entry) => entry.isDirectory()).map(pathOf);
  }
  return null;
}

function firstEntries(folders: readonly string[], max: number): Dirent[] {
  const entries: Dirent[] = [];
  for (const folder of folders) {
    if (entries.length >= max) break;
    entries.push(...entriesOf(folder));
  }
  return entries.slice(0, max);
}

const pathOf = ({ parentPath, name }: Dirent): string => join(parentPath, name);

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not a folder, or closed to this user and so to whoever runs inside
  }
}

/** Links in the folder are followed, the name stays: a socket is no link. */
function realOf(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path; // gone since, or of another mount namespace
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return []; // no Linux: there is no fence either
  }
}
