/** What detection looks at: the project's files and this machine's programs. Real ones, or a test's. */
import { constants } from "node:fs";
import { access, open, readdir, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

export type ProjectReader = {
  /** Text of a file, by its path relative to the repository; null when it is not there. */
  readonly read: (path: string) => Promise<string | null>;
  /** Names in a folder; none when it is not there. `.` is the repository. */
  readonly list: (folder: string) => Promise<readonly string[]>;
};

export type MachineReader = {
  readonly home: string;
  /** Folders of PATH in order, absolute ones only. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Real path of an executable file; null when there is none. */
  readonly executable: (path: string) => Promise<string | null>;
  /** The beginning of a file; null when it is not there. */
  readonly read: (path: string) => Promise<string | null>;
  readonly list: (folder: string) => Promise<readonly string[]>;
};

/** More of a manifest or a script is not looked at. */
const MAX_READ_BYTES = 1_000_000;

export const projectReader = (root: string): ProjectReader => ({
  read: (path) => readStart(join(root, path)),
  list: (folder) => namesIn(join(root, folder)),
});

export const machineReader = (
  env: Readonly<Record<string, string | undefined>>,
): MachineReader => ({
  home: env["HOME"] ?? "/",
  path: (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder)),
  env,
  executable: (path) => orNull(() => realExecutable(path)),
  read: readStart,
  list: namesIn,
});

const readStart = (path: string): Promise<string | null> =>
  orNull(async () => {
    if (!(await stat(path)).isFile()) return null;
    await using handle = await open(path, "r");
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MAX_READ_BYTES) });
    return buffer.toString("utf8", 0, bytesRead);
  });

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await orNull(() => readdir(folder))) ?? [];

const realExecutable = async (path: string): Promise<string | null> => {
  await access(path, constants.X_OK);
  return (await stat(path)).isFile() ? await realpath(path) : null;
};

/** Detection proposes; what cannot be read is as good as absent to it. */
const orNull = async <Value>(work: () => Promise<Value | null>): Promise<Value | null> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
};
