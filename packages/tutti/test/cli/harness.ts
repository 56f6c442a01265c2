/** Runs commands in this process against a server on a real socket with the in-memory engine. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import type { AgentsReport } from "@tutti/protocol";
import { catalogAgents } from "../../src/catalog-agents.ts";
import type { CliDeps } from "../../src/cli/cli.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { foldersOf } from "../../src/platform/paths.ts";
import { createServer, type ApiServer } from "../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "../server/memory-engine.ts";

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

type CommandOptions = {
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Sees standard error as it comes. */
  readonly onNote?: (text: string) => void;
  /** Sees standard output as it comes. */
  readonly onPrint?: (text: string) => void;
};

export type Harness = {
  readonly engine: MemoryEngine;
  readonly folder: string;
  /** A folder that looks like a repository. */
  readonly project: string;
  readonly tutti: (words: readonly string[], options?: CommandOptions) => Promise<Outcome>;
  /** From then on none answers, and none can be started. */
  readonly closeDaemon: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const VERSION = "9.9.9";

type HarnessOptions = { readonly agents?: (path: string | null) => AgentsReport };

export async function openHarness({ agents }: HarnessOptions = {}): Promise<Harness> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-cli-")));
  const project = join(folder, "project");
  mkdirSync(join(project, ".git"), { recursive: true });
  const engine = memoryEngine();
  const socketPath = join(folder, "run", "daemon.sock");
  const server: ApiServer = await createServer(engine, {
    socketPath,
    version: VERSION,
    stop: () => undefined,
    logPath: "/log",
    web: {
      folder: join(folder, "web"),
      file: join(folder, "web.json"),
      accessFile: join(folder, "access.json"),
      port: null,
    },
    agents: async (path) => agents?.(path) ?? { agents: [], problems: [] },
  });
  const tutti = async (words: readonly string[], options: CommandOptions = {}) => {
    const out = collector(options.onPrint, options.isTerminal === true);
    const err = collector(options.onNote, options.isTerminal === true);
    const deps: CliDeps = {
      version: VERSION,
      folders: foldersOf({
        TUTTI_DATA_DIR: join(folder, "data"),
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, "config"),
      }),
      socketPath,
      daemonCommand: ["/bin/false"],
      serve: () => Promise.reject(new Error("not here")),
      catalog: async () => catalogAgents(),
      demo: async (args) => args.length,
      stdin: Object.assign(Readable.from([options.stdin ?? ""]), {
        isTTY: options.isTerminal === true,
      }),
      stdout: out.stream,
      stderr: err.stream,
      env: { PATH: process.env["PATH"], HOME: folder, ...options.env },
      cwd: options.cwd ?? project,
      signal: options.signal ?? new AbortController().signal,
    };
    const code = await runCli(words, deps);
    return { code, out: out.text(), err: err.text() };
  };
  return {
    engine,
    folder,
    project,
    tutti,
    closeDaemon: () => server.close(),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function collector(onText: ((text: string) => void) | undefined, isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 40 });
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    onText?.(chunk.toString());
  });
  return { stream, text: () => text + (stream.read()?.toString() ?? "") };
}
