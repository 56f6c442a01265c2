/** `tutti shell`: a terminal inside the fence of a run's workspace, on the caller's own terminal. */
import type { ShellSpec } from "@tutti/protocol";
import type { Folders } from "./platform/paths.ts";
import { createSandbox } from "./workspace/sandbox/sandbox.ts";

const SIGNAL_EXIT_BASE = 128;

/** Resolves with the shell's exit code. */
export const launchShell = async (spec: ShellSpec, folders: Folders): Promise<number> => {
  const sandbox = createSandbox({ dataFolder: folders.data });
  const { env, cwd, ...rest } = spec;
  const optional = { ...(env === undefined ? {} : { env }), ...(cwd === undefined ? {} : { cwd }) };
  await using shell = await sandbox.launch({ ...rest, ...optional, terminal: true });
  const { code } = await shell.exited;
  return code ?? SIGNAL_EXIT_BASE;
};
