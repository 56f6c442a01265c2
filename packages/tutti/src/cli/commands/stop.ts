import { ApiError } from "@tutti/client/api-error";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { readProcess } from "../../platform/process-table.ts";
import { waitUntilGone } from "../../platform/process-tree.ts";
import type { Action } from "../command-spec.ts";

/** Workers get time to end their processes. */
const STOP_TIMEOUT_MS = 30_000;

export const run: Action = async (cli) => {
  const { connectDaemon } = await import("../../client/daemon-client.ts");
  const { socketPath } = cli.deps;
  const client = connectDaemon({ socketPath, version: null });
  let pid: number;
  try {
    ({ pid } = await client.health());
  } catch (error) {
    if (!(error instanceof ApiError && error.is("daemon.unreachable"))) throw error;
    if (cli.isJson) cli.printJson({ stopped: false, pid: null });
    else cli.print("No daemon is running.");
    return EXIT.ok;
  }
  const startTime = readProcess(pid)?.startTime ?? 0;
  await client.stop();
  if (!(await waitUntilGone([{ pid, startTime }], STOP_TIMEOUT_MS))) {
    throw new TuttiError("daemon.unreachable", `The daemon (pid ${pid}) has not ended yet.`);
  }
  if (cli.isJson) cli.printJson({ stopped: true, pid });
  else cli.print(`The daemon has ended (pid ${pid}).`);
  return EXIT.ok;
};
