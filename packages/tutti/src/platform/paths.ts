import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { createHash } from "node:crypto";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { fileFailure } from "./file-failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Folders of this user's Tutti. All of them are 0700 and made on first use by `ensurePrivateFolder`. */
export type Folders = {
  readonly config: string;
  readonly data: string;
  /** Logs and other things that may be thrown away. */
  readonly state: string;
  /** Sockets and locks; empty after a reboot. */
  readonly runtime: string;
};

/** Longest path of a unix socket on Linux, in bytes, without the closing NUL. */
export const SOCKET_PATH_MAX_BYTES = 107;

/**
 * XDG folders. `TUTTI_DATA_DIR` names another data folder and takes state and runtime with it, so
 * that two data folders never share a socket or a lock.
 */
export function foldersOf(environment: Environment = process.env): Folders {
  const home = environment["HOME"] ?? homedir();
  const base = (name: string, fallback: string): string => {
    const value = environment[name];
    return value !== undefined && isAbsolute(value) ? value : join(home, fallback);
  };
  const config = join(base("XDG_CONFIG_HOME", ".config"), "tutti");
  const override = environment["TUTTI_DATA_DIR"];
  if (override !== undefined && override !== "") {
    const data = resolve(override);
    return { config, data, state: join(data, "state"), runtime: join(data, "run") };
  }
  const data = join(base("XDG_DATA_HOME", ".local/share"), "tutti");
  const runtime = environment["XDG_RUNTIME_DIR"];
  return {
    config,
    data,
    state: join(base("XDG_STATE_HOME", ".local/state"), "tutti"),
    runtime:
      runtime !== undefined && isAbsolute(runtime) ? join(runtime, "tutti") : join(data, "run"),
  };
}

/**
 * Path of a unix socket in the runtime folder; when that would be too long for the kernel, one under
 * the system's temporary folder that follows from the same data folder.
 */
export function socketPath(folders: Folders, name: string): string {
  const path = join(folders.runtime, name);
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES) return path;
  const digest = createHash("sha256").update(folders.runtime).digest("hex").slice(0, 16);
  const user = process.getuid?.() ?? 0;
  return join("/tmp", `tutti-${user}-${digest}`, name);
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Node's recursive mkdir never ends below a folder in which nothing can be made although it is there
 * (`/proc`, a mount whose folder was removed), so the way up is walked here: once.
 */
function makeFolders(path: string): void {
  if (isFolder(path)) return;
  if (!existsSync(dirname(path))) makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it in between; whose it is, the caller judges.
    if (!isFolder(path)) throw error;
  }
}

/**
 * Makes a folder that only this user can enter, and those above it that are missing.
 * @throws TuttiError `store.failed` when it belongs to somebody else, `data.unwritable` or `disk.full`
 * when it cannot be made
 */
export function ensurePrivateFolder(path: string): string {
  try {
    makeFolders(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw fileFailure(error) ?? new TuttiError("data.unwritable", why, { cause: error });
  }
  const stat = lstatSync(path);
  const user = process.getuid?.();
  if (!stat.isDirectory() || (user !== undefined && stat.uid !== user)) {
    throw new TuttiError("store.failed", `${path} is not a folder of this user.`, {
      facts: { path },
    });
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700);
  return path;
}
