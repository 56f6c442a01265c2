/** What a command may use: the person's terminal and folder, and the daemon. */
import type { Writable } from "node:stream";
import type { DaemonClient } from "../client/daemon-client.ts";
import type { CatalogAgent } from "../config/catalog.ts";
import type { Folders } from "../platform/paths.ts";
import type { Style } from "./terminal/style.ts";

export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
export type InputStream = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };

/** A daemon that this process runs itself. */
type RunningDaemon = {
  readonly socketPath: string;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
};

/** What the composition root passes in. */
export type CliDeps = {
  readonly version: string;
  readonly folders: Folders;
  readonly socketPath: string;
  /** Program and arguments that run `tutti serve` as a process of its own. */
  readonly daemonCommand: readonly string[];
  /** Runs the daemon in this process until the signal aborts or it is told to stop. */
  readonly serve: (options: {
    readonly signal: AbortSignal;
    /** As it was typed: where the command center listens. */
    readonly port?: string;
  }) => Promise<RunningDaemon>;
  /** Agents that Tutti knows. */
  readonly catalog: () => Promise<readonly CatalogAgent[]>;
  readonly demo: (args: readonly string[]) => Promise<number>;
  readonly stdin: InputStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
};

export type Cli = {
  readonly deps: CliDeps;
  readonly isJson: boolean;
  /** A person reads standard output on a terminal. */
  readonly isTerminal: boolean;
  readonly style: Style;
  /** For what goes to standard error. */
  readonly noteStyle: Style;
  /** Columns to write within. */
  readonly width: number;
  /** Standard output: lines for people, or the one JSON document. */
  readonly print: (text: string) => void;
  readonly printJson: (value: unknown) => void;
  /** Standard error. */
  readonly note: (text: string) => void;
  /** Connects on first use, and starts the daemon when it does not run. */
  readonly client: () => Promise<DaemonClient>;
  /** Never starts a daemon. */
  readonly runningClient: () => Promise<DaemonClient>;
};
