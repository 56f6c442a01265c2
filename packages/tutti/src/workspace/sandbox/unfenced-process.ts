/** `isolation: none`: the same life and the same end of the tree, and no fence whatsoever. */
import type { ExitFact, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { killTree } from "../../platform/process-tree.ts";
import { spawnOwned } from "../../platform/spawn.ts";
import { stopOnAbort } from "./fenced-process.ts";
import { checkRequests, handOver } from "./hand-over.ts";
import { launcherArguments, splitEnvironment } from "./launcher.ts";
import { register, type Registry } from "./registry.ts";
import { START_DESCRIPTORS, unfencedScript } from "./start-scripts.ts";

export async function startUnfenced(
  registry: Registry,
  spec: LaunchSpec,
  signal?: AbortSignal,
): Promise<FencedProcess> {
  signal?.throwIfAborted();
  checkRequests(spec);
  const files = spec.homeFiles ?? {};
  const hasFiles = Object.keys(files).length > 0;
  const plan = planUnfenced(spec, hasFiles);
  const owned = await spawnOwned({
    ...plan,
    command: "/bin/sh",
    cwd: spec.cwd ?? spec.place.root,
    isTerminal: spec.terminal === true,
  });
  const registration = await register(registry, owned, { owner: spec.owner, cgroup: null });
  owned.pipe(3)?.end("\n");
  let ended: ExitFact["ended"] = null;
  const exited = owned.exited.then(async (status): Promise<ExitFact> => {
    await killTree(owned.tree);
    registration.remove();
    return { ...status, ended };
  });
  const stop = async (graceMs?: number): Promise<ExitFact> => {
    ended ??= "stopped";
    await owned.stop(graceMs);
    return exited;
  };
  const running: FencedProcess = {
    pid: owned.id.pid,
    stdin: owned.stdin,
    stdout: owned.stdout,
    stderr: owned.stderr,
    control: owned.pipe(START_DESCRIPTORS.control),
    exited,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop(0);
    },
  };
  stopOnAbort(running, signal);
  if (!hasFiles) return running;
  try {
    await handOver(owned, { doors: new Map(), files });
    return running;
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** The launcher writes the files here too, so that there is one way in which it is done. */
function planUnfenced(spec: LaunchSpec, hasFiles: boolean) {
  const wanted = { ...spec.place.env, ...spec.env };
  const extra =
    spec.hasControl === true
      ? (["pipe", "ignore", "ignore", "pipe"] as const)
      : (["pipe"] as const);
  if (!hasFiles) return { args: unfencedScript(spec.command), env: wanted, extra };
  const env = splitEnvironment(wanted);
  const task = { ports: [], hasFiles, command: spec.command, env: env.command };
  return {
    args: unfencedScript([process.execPath, ...launcherArguments(task)]),
    env: env.launcher,
    extra: ["pipe", "ipc"] as const,
  };
}
