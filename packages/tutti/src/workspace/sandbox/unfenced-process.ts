/** `isolation: none`: the same life and the same end of the tree, and no fence whatsoever. */
import type { ExitFact, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { killTree } from "../../platform/process-tree.ts";
import { spawnOwned } from "../../platform/spawn.ts";
import { stopOnAbort } from "./fenced-process.ts";
import { register, type Registry } from "./registry.ts";
import { unfencedScript } from "./start-scripts.ts";

export async function startUnfenced(
  registry: Registry,
  spec: LaunchSpec,
  signal?: AbortSignal,
): Promise<FencedProcess> {
  signal?.throwIfAborted();
  const owned = await spawnOwned({
    command: "/bin/sh",
    args: unfencedScript(spec.command),
    cwd: spec.cwd ?? spec.place.root,
    env: { ...spec.place.env, ...spec.env },
    isTerminal: spec.terminal === true,
    extra: ["pipe"],
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
    exited,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop(0);
    },
  };
  stopOnAbort(running, signal);
  return running;
}
