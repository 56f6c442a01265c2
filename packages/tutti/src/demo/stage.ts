/**
 * The demo's own folder and daemon: its data, configuration and socket are apart from the user's, so
 * that neither ever meets the other.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connectDaemon, type DaemonClient } from "../client/daemon-client.ts";
import { startDaemon } from "../client/start-daemon.ts";
import { writeFileAtomic } from "../platform/atomic-file.ts";
import { foldersOf, socketPath } from "../platform/paths.ts";
import { readProcess } from "../platform/process-table.ts";
import { killTree, waitUntilGone } from "../platform/process-tree.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type StageOptions = {
  readonly env: Environment;
  readonly cwd: string;
  /** Folder to keep everything in; null for a temporary one. */
  readonly data: string | null;
  readonly daemonCommand: readonly string[];
  /** Name of the socket in the runtime folder. */
  readonly socketName: string;
  readonly version: string;
};

export type Stage = {
  readonly root: string;
  readonly isTemporary: boolean;
  /** Environment of commands that are to talk to this daemon. */
  readonly env: Environment;
  /** Gives its user a configuration, in place of one whose first line is the same. */
  readonly configure: (text: string) => void;
  /** Starts the daemon unless one runs here already. */
  readonly start: () => Promise<void>;
  /** `onBehalf`: the program that answers for the person, null when they answer themselves. */
  readonly client: (onBehalf: string | null) => DaemonClient;
  /** A folder for this sample that does not exist yet. */
  readonly freshFolder: (name: string) => string;
  /** Ends the daemon if this stage started it; resolves when it is gone. */
  readonly stop: () => Promise<void>;
  readonly remove: () => void;
};

/** The daemon finishes what it is writing; after this long it is killed. */
const STOP_TIMEOUT_MS = 10_000;
/** Of the user's configuration. */
const OWN_FILE = "config.yaml";
const SAME_NAME_MAX = 10_000;

export function openStage(options: StageOptions): Stage {
  const { data, version } = options;
  const root = data === null ? temporaryFolder() : existingFolder(resolve(options.cwd, data));
  const env = {
    ...options.env,
    TUTTI_DATA_DIR: join(root, "data"),
    XDG_CONFIG_HOME: join(root, "config"),
  };
  const folders = foldersOf(env);
  const socket = socketPath(folders, options.socketName);
  const client: Stage["client"] = (onBehalf) =>
    connectDaemon({ socketPath: socket, version, ...(onBehalf === null ? {} : { onBehalf }) });
  let isOurs = false;
  return {
    root,
    isTemporary: data === null,
    env,
    client,
    configure: (text) => {
      const file = join(folders.config, OWN_FILE);
      // What a person put there stays.
      if (existsSync(file) && !readFileSync(file, "utf8").startsWith(text.split("\n")[0] ?? ""))
        return;
      mkdirSync(folders.config, { recursive: true, mode: 0o700 });
      writeFileAtomic(file, text);
    },
    start: async () => {
      if (await isRunning(client(null))) return;
      isOurs = true;
      const command = options.daemonCommand;
      await startDaemon({ command, socketPath: socket, stateFolder: folders.state, env });
    },
    freshFolder: (name) => freshFolder(join(root, "samples"), name),
    stop: async () => {
      if (isOurs) await stopDaemon(client(null));
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

const temporaryFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), "tutti-demo-")));

function existingFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return realpathSync(path);
}

/** A second run in the same folder gets a repository of its own. */
function freshFolder(parent: string, name: string): string {
  for (let number = 1; number < SAME_NAME_MAX; number += 1) {
    const path = join(parent, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
  throw new Error(`There are ${SAME_NAME_MAX} samples in ${parent} already.`);
}

async function isRunning(client: DaemonClient): Promise<boolean> {
  try {
    await client.health();
    return true;
  } catch {
    return false; // what is wrong, if anything, the start will say
  }
}

async function stopDaemon(client: DaemonClient): Promise<void> {
  const daemon = await client.health().then(
    ({ pid }) => readProcess(pid),
    () => null, // it did not start, or is gone already
  );
  if (daemon === null) return;
  await client.stop().catch(() => undefined); // killed below when it does not end
  if (await waitUntilGone([daemon], STOP_TIMEOUT_MS)) return;
  await killTree({ root: daemon, mark: null });
}
