import { plainStyle, styleFor } from "./terminal/style.ts";
import { printableJson } from "./terminal/printable.ts";
import type { DaemonClient } from "../client/daemon-client.ts";
import type { Cli, CliDeps } from "./cli.ts";

const DEFAULT_COLUMNS = 80;
/** Wider text is hard to read. */
const MAX_COLUMNS = 110;
/** Says which program answers for the person; see `tutti-on-behalf` in the interface. */
export const ON_BEHALF_VARIABLE = "TUTTI_ON_BEHALF";

export function createCli(
  deps: CliDeps,
  { isJson, isColourRefused }: { isJson: boolean; isColourRefused: boolean },
): Cli {
  const { stdout, stderr, env } = deps;
  const isTerminal = stdout.isTTY === true;
  return {
    deps,
    isJson,
    isTerminal,
    style: isJson ? plainStyle : styleFor({ env, isTerminal, isRefused: isColourRefused }),
    noteStyle: styleFor({ env, isTerminal: stderr.isTTY === true, isRefused: isColourRefused }),
    // A terminal that does not know its size says 0.
    width: Math.min(stdout.columns || DEFAULT_COLUMNS, MAX_COLUMNS),
    print: (text) => void stdout.write(line(text)),
    printJson: (value) => void stdout.write(line(printableJson(value, isTerminal ? 2 : undefined))),
    note: (text) => void stderr.write(line(text)),
    client: once(async () => connect(deps, { mayStart: true })),
    runningClient: once(async () => connect(deps, { mayStart: false })),
  };
}

/** A line of its own, whether or not the text ends one. */
const line = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

async function connect(deps: CliDeps, { mayStart }: { mayStart: boolean }): Promise<DaemonClient> {
  const { connectDaemon } = await import("../client/daemon-client.ts");
  const { socketPath, version, env } = deps;
  const onBehalf = env[ON_BEHALF_VARIABLE];
  return connectDaemon({
    socketPath,
    version,
    ...(onBehalf === undefined ? {} : { onBehalf }),
    ...(mayStart ? { start: async () => start(deps) } : {}),
  });
}

async function start({ daemonCommand, socketPath, folders, env }: CliDeps): Promise<void> {
  const { startDaemon } = await import("../client/start-daemon.ts");
  await startDaemon({ command: daemonCommand, socketPath, stateFolder: folders.state, env });
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}
