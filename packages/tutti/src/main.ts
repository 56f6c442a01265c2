/** The composition root: what the program is made of, and what its command line may use. */
import { fileURLToPath } from "node:url";
import { runCli } from "./cli/run-cli.ts";
import { foldersOf, socketPath } from "./platform/paths.ts";
import { VERSION } from "./version.ts";

const SOCKET = "daemon.sock";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => interrupted.abort());

const folders = foldersOf();
const socket = socketPath(folders, SOCKET);
const daemonCommand = [
  process.execPath,
  fileURLToPath(new URL("../bin/tutti.mjs", import.meta.url)),
  "serve",
];
const { stdin, stdout, stderr, env } = process;

process.exitCode = await runCli(process.argv.slice(2), {
  version: VERSION,
  folders,
  socketPath: socket,
  daemonCommand,
  serve: async ({ signal, port }) => {
    const { closeInheritedDescriptors } = await import("./platform/descriptors.ts");
    // Else every agent and check would start through a Node of its own that closes them.
    closeInheritedDescriptors();
    const { runDaemon } = await import("./daemon.ts");
    return await runDaemon({
      folders,
      socketPath: socket,
      version: VERSION,
      environment: port === undefined ? env : { ...env, TUTTI_PORT: port },
      signal,
    });
  },
  catalog: async () => (await import("./catalog-agents.ts")).catalogAgents(),
  demo: async (args) => {
    const { runDemo } = await import("./demo/demo.ts");
    return await runDemo(args, {
      version: VERSION,
      folders,
      daemonCommand,
      socketName: SOCKET,
      stdin,
      stdout,
      stderr,
      env,
      cwd: process.cwd(),
      signal: interrupted.signal,
    });
  },
  stdin,
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  signal: interrupted.signal,
});
