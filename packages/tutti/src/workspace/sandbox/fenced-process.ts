/**
 * Life of one process in the fence:
 *
 *   spawned ─► registered ─► arguments written ─► fence stands ─► (listening socket passed out) ─► runs
 *
 * bubblewrap waits for its arguments, so nothing inside begins before the process is registered. The
 * outer bubblewrap dies with Tutti, and the first process inside dies with it, and with that one
 * every process of its namespace: one SIGKILL leaves nothing.
 */
import { closeSync, openSync } from "node:fs";
import { Server } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "@tutti/protocol";
import type { ExitFact, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { childrenOf, descendantsOf, type ProcessId } from "../../platform/process-table.ts";
import { killTree, signalProcess, waitUntilGone } from "../../platform/process-tree.ts";
import { spawnOwned, type OwnedProcess } from "../../platform/spawn.ts";
import { makeTaskCgroup } from "./cgroup.ts";
import { egressEnvironment, serveEgress, type Egress } from "./egress-proxy.ts";
import { fenceFailure } from "./failure.ts";
import { EGRESS_PORT, launcherArguments, splitEnvironment } from "./launcher.ts";
import {
  KILL_TIMEOUT_MS,
  MESSAGE_MAX_CHARACTERS,
  START_TIMEOUT_MS,
  STOP_GRACE_MS,
} from "./limits.ts";
import { checkPlace, encodeArguments, fenceArguments } from "./policy.ts";
import { register, removeCgroup, type Registration, type Registry } from "./registry.ts";
import { fenceScript, START_DESCRIPTORS } from "./start-scripts.ts";
import type { FenceUser } from "./system-files.ts";
import { watchSize } from "./watchdog.ts";

/** What is the same for every process of one daemon. */
export type Fence = {
  readonly bubblewrap: string;
  readonly user: FenceUser;
  readonly system: readonly string[];
  /** File with the compiled seccomp filter. */
  readonly filter: string;
  /** A Node of at least 22.15, run inside by the launcher. */
  readonly node: string;
  /** This daemon would pass descriptors of its own parent on. */
  readonly hasStrayDescriptors: boolean;
  readonly taskCgroup: string | null;
  readonly registry: Registry;
};

const NODE_INSIDE = "/run/tutti/node";

export async function startFenced(
  fence: Fence,
  spec: LaunchSpec,
  signal?: AbortSignal,
): Promise<FencedProcess> {
  signal?.throwIfAborted();
  checkPlace(spec.place);
  const cgroup = fence.taskCgroup === null ? null : makeTaskCgroup(fence.taskCgroup);
  const plan = planStart(fence, spec);
  const owned = await spawn(fence, spec, { command: plan.command, cgroup });
  const registration = await register(fence.registry, owned, { owner: spec.owner, cgroup });
  const running = new Running(owned, { spec, cgroup, registration });
  try {
    const abort = signal === undefined ? [] : [whenAborted(signal)];
    owned.pipe(START_DESCRIPTORS.args)?.end(encodeArguments(plan.args));
    await Promise.race([running.takeOff(plan.hasEgress), ...abort]);
  } catch (error) {
    await running.stop(0);
    throw error;
  }
  signal?.addEventListener("abort", () => void running.stop(0), { once: true });
  return running.process();
}

type StartPlan = {
  readonly args: readonly string[];
  readonly command: readonly string[];
  readonly hasEgress: boolean;
};

function planStart(fence: Fence, spec: LaunchSpec): StartPlan {
  const hasEgress = spec.egress.length > 0;
  const needsLauncher = hasEgress || fence.hasStrayDescriptors;
  const wanted = {
    ...spec.place.env,
    ...spec.env,
    ...(hasEgress ? egressEnvironment() : {}),
  };
  const env = splitEnvironment(wanted);
  const channel = { NODE_CHANNEL_FD: `${START_DESCRIPTORS.channel}` };
  const task = { port: hasEgress ? EGRESS_PORT : null, command: spec.command, env: env.command };
  const policy = {
    user: fence.user,
    system: fence.system,
    place: spec.place,
    extra: needsLauncher
      ? [{ source: fence.node, target: NODE_INSIDE, access: "read-only" as const }]
      : [],
    env: needsLauncher ? { ...env.launcher, ...(hasEgress ? channel : {}) } : wanted,
    cwd: spec.cwd ?? spec.place.root,
    isTerminal: spec.terminal === true,
    seccomp: START_DESCRIPTORS.seccomp,
  };
  return {
    args: fenceArguments(policy),
    command: needsLauncher ? [NODE_INSIDE, ...launcherArguments(task)] : spec.command,
    hasEgress,
  };
}

type SpawnPlan = { readonly command: readonly string[]; readonly cgroup: string | null };

async function spawn(fence: Fence, spec: LaunchSpec, plan: SpawnPlan): Promise<OwnedProcess> {
  const filter = openSync(fence.filter, "r");
  try {
    return await spawnOwned({
      command: "/bin/sh",
      args: fenceScript({
        ...plan,
        bubblewrap: fence.bubblewrap,
        maxFileBytes: spec.place.maxBytes,
      }),
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      isTerminal: spec.terminal === true,
      isMarked: false,
      extra: [filter, "pipe", "pipe", ...(spec.egress.length > 0 ? (["ipc"] as const) : [])],
    });
  } finally {
    closeSync(filter);
  }
}

type RunningOptions = {
  readonly spec: LaunchSpec;
  readonly cgroup: string | null;
  readonly registration: Registration;
};

class Running {
  readonly #owned: OwnedProcess;
  readonly #options: RunningOptions;
  readonly #watchdog = new AbortController();
  readonly #exited: Promise<ExitFact>;
  /** The child of the outer bubblewrap: process 1 of the fence. */
  #init: ProcessId | null = null;
  #egress: Egress | null = null;
  #ended: ExitFact["ended"] = null;

  constructor(owned: OwnedProcess, options: RunningOptions) {
    this.#owned = owned;
    this.#options = options;
    this.#exited = owned.exited.then(async (status): Promise<ExitFact> => {
      this.#watchdog.abort();
      this.#egress?.close();
      await this.#killAll();
      if (options.cgroup !== null) removeCgroup(options.cgroup);
      options.registration.remove();
      return { ...status, ended: this.#ended };
    });
  }

  /** Resolves when the command runs, or is about to; rejects with what hindered it. */
  async takeOff(hasEgress: boolean): Promise<void> {
    const timers = new AbortController();
    const late = delay(START_TIMEOUT_MS, undefined, { signal: timers.signal }).then(() => {
      throw new TuttiError("sandbox.failed", "The sandbox did not start in time.", {
        retry: "later",
      });
    });
    try {
      await Promise.race([this.#stand(hasEgress), late]);
    } finally {
      timers.abort();
    }
    this.#watch();
  }

  async #stand(hasEgress: boolean): Promise<void> {
    const listening = hasEgress ? this.#receiveListener() : null;
    const stands = await this.#receiveReady();
    if (!stands) throw fenceFailure(await readMessage(this.#owned.stderr));
    this.#init = childrenOf(this.#owned.id.pid)[0] ?? null;
    if (this.#init !== null) this.#options.registration.setInit(this.#init);
    if (listening === null) return;
    const server = await Promise.race([listening, this.#owned.exited]);
    if (server instanceof Server) this.#egress = serveEgress(server, this.#options.spec);
  }

  /** False when the descriptor was closed without the byte: whoever held it has ended. */
  #receiveReady(): Promise<boolean> {
    const ready = this.#owned.pipe(START_DESCRIPTORS.ready);
    return new Promise((resolve) => {
      ready?.once("data", () => {
        resolve(true);
        ready.destroy();
      });
      ready?.once("close", () => resolve(false));
    });
  }

  #receiveListener(): Promise<Server> {
    const { child } = this.#owned;
    return new Promise((resolve) => {
      child.once("message", (_message, handle) => {
        if (handle instanceof Server) resolve(handle);
        if (child.connected) child.disconnect();
      });
    });
  }

  #watch(): void {
    const { place } = this.#options.spec;
    const writable = place.mounts.filter(({ access }) => access === "writable");
    const folders = writable.map(({ source }) => source);
    const isNested = (path: string): boolean =>
      folders.some((folder) => path.startsWith(`${folder}/`));
    void watchSize({
      folders: [...new Set(folders.filter((path) => !isNested(path)))],
      maxBytes: place.maxBytes,
      signal: this.#watchdog.signal,
      onFull: () => {
        this.#ended = "workspace-full";
        void this.#killAll();
      },
    });
  }

  async stop(graceMs = STOP_GRACE_MS): Promise<ExitFact> {
    this.#ended ??= "stopped";
    if (graceMs > 0 && this.#init !== null) {
      // The first process inside ignores SIGTERM, and bubblewrap outside would take all with it.
      const inside = descendantsOf(this.#init.pid);
      for (const member of inside) signalProcess(member, "SIGTERM");
      const timer = new AbortController();
      const grace = delay(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([this.#exited, grace]);
      timer.abort();
    }
    await this.#killAll();
    return this.#exited;
  }

  async #killAll(): Promise<void> {
    if (this.#init === null) {
      await killTree(this.#owned.tree);
      return;
    }
    // The kernel ends the first process inside only after every other one of its namespace.
    const both = [this.#init, this.#owned.id];
    for (const member of both) signalProcess(member, "SIGKILL");
    await waitUntilGone(both, KILL_TIMEOUT_MS);
  }

  process(): FencedProcess {
    const { id, stdin, stdout, stderr } = this.#owned;
    return {
      pid: id.pid,
      stdin,
      stdout,
      stderr,
      exited: this.#exited,
      stop: (graceMs) => this.stop(graceMs),
      [Symbol.asyncDispose]: async () => {
        await this.stop(0);
      },
    };
  }
}

async function readMessage(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > MESSAGE_MAX_CHARACTERS) break;
  }
  return text.slice(0, MESSAGE_MAX_CHARACTERS);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")), {
      once: true,
    });
  });
}
