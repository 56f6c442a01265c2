import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { announceStart } from "../../platform/daemon-process.ts";
import { textOption, type Action } from "../command-spec.ts";

/** Says how the start went to whoever waits for it, then stays until it is told to end. */
export const run: Action = async (cli, input) => {
  const { deps } = cli;
  try {
    const port = textOption(input, "port");
    const wish = { signal: deps.signal, ...(port === undefined ? {} : { port }) };
    const daemon = await deps.serve(wish);
    announceStart({ ready: true, pid: process.pid });
    const fact = { pid: process.pid, version: deps.version, socket: daemon.socketPath };
    if (cli.isJson) cli.printJson(fact);
    else cli.print(`Tutti ${deps.version} listens on ${daemon.socketPath} (pid ${process.pid}).`);
    await daemon.ended;
    return EXIT.ok;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof TuttiError ? error.code : "internal";
    announceStart({ error: { code, message } });
    throw error;
  }
};
