/**
 * Life of one process in the fence:
 *
 *   spawned ─► registered ─► arguments written ─► fence stands ─► (files in, sockets out) ─► runs
 *
 * bubblewrap waits for its arguments, so nothing inside begins before the process is registered. The
 * outer bubblewrap dies with Tutti, and the first process inside dies with it, and with that one
 * every process of its namespace: one SIGKILL leaves nothing.
 */
import type { Server } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "@tutti/protocol";
import type { ExitFact, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { childrenOf, descendantsOf, type ProcessId } from "../../platform/process-table.ts";
import { killTree, signalProcess, waitUntilGone } from "../../platform/process-tree.ts";
import type { OwnedProcess } from "../../platform/spawn.ts";
import { makeTaskCgroup, removeCgroup } from "./cgroup.ts";
import type { Lookup } from "./egress-address.ts";
import { serveEgress, type Egress } from "./egress-proxy.ts";
import { fenceFailure } from "./failure.ts";
import { checkRequests, handOver, type Doors } from "./hand-over.ts";
import { EGRESS_PORT } from "./launcher.ts";
import { planStart, spawnFence, type Fence } from "./fence-start.ts";
import {
  KILL_TIMEOUT_MS,
  MESSAGE_MAX_CHARACTERS,
  START_TIMEOUT_MS,
  STOP_GRACE_MS,
} from "./limits.ts";
import { checkPlace, encodeArguments } from "./policy.ts";
import { register, type Registration } from "./registry.ts";
import { START_DESCRIPTORS } from "./start-scripts.ts";
import { watchSize } from "./watchdog.ts";

export async function startFenced(
  fence: Fence,
  spec: LaunchSpec,
  signal?: AbortSignal,
): Promise<FencedProcess> {
  signal?.throwIfAborted();
  checkPlace(spec.place);
  checkRequests(spec);
  const cgroup = fence.taskCgroup === null ? null : makeTaskCgroup(fence.taskCgroup);
  const plan = planStart(fence, spec);
  const owned = await spawnFence(fence, spec, { command: plan.command, cgroup }).catch(
    (error: unknown) => {
      if (cgroup !== null) void removeCgroup(cgroup);
      throw error;
    },
  );
  const registration = await register(fence.registry, owned, { owner: spec.owner, cgroup });
  const running = new Running(owned, { spec, cgroup, registration, lookup: fence.lookup });
  const started = new AbortController();
  try {
    owned.pipe(START_DESCRIPTORS.args)?.end(encodeArguments(plan.args));
    const abort = signal === undefined ? [] : [whenAborted(signal, started.signal)];
    await Promise.race([running.takeOff(plan.hasChannel), ...abort]);
  } catch (error) {
    await running.stop(0);
    throw error;
  } finally {
    started.abort();
  }
  const process = running.process();
  stopOnAbort(process, signal);
  return process;
}

/** For the rest of the process's life. */
export function stopOnAbort(process: FencedProcess, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const stop = (): void => void process.stop(0);
  signal.addEventListener("abort", stop, { once: true });
  void process.exited.finally(() => signal.removeEventListener("abort", stop));
  if (signal.aborted) stop();
}

type RunningOptions = {
  readonly spec: LaunchSpec;
  readonly cgroup: string | null;
  readonly registration: Registration;
  readonly lookup: Lookup;
};

class Running {
  readonly #owned: OwnedProcess;
  readonly #options: RunningOptions;
  readonly #watchdog = new AbortController();
  readonly #exited: Promise<ExitFact>;
  /** The child of the outer bubblewrap: process 1 of the fence. */
  #init: ProcessId | null = null;
  #egress: Egress | null = null;
  #listening: Server[] = [];
  #ended: ExitFact["ended"] = null;

  constructor(owned: OwnedProcess, options: RunningOptions) {
    this.#owned = owned;
    this.#options = options;
    this.#exited = owned.exited.then(async (status): Promise<ExitFact> => {
      this.#watchdog.abort();
      owned.pipe(START_DESCRIPTORS.ready)?.destroy();
      this.#egress?.close();
      for (const server of this.#listening) server.close();
      await this.#killAll();
      if (options.cgroup !== null) void removeCgroup(options.cgroup);
      options.registration.remove();
      return { ...status, ended: this.#ended };
    });
  }

  /** Resolves when the command runs, or is about to; rejects with what hindered it. */
  async takeOff(hasChannel: boolean): Promise<void> {
    const timers = new AbortController();
    const late = delay(START_TIMEOUT_MS, undefined, { signal: timers.signal }).then(() => {
      throw new TuttiError("sandbox.failed", "The sandbox did not start in time.", {
        retry: "later",
      });
    });
    try {
      await Promise.race([this.#stand(hasChannel), late]);
    } finally {
      timers.abort();
    }
    this.#watch();
  }

  async #stand(hasChannel: boolean): Promise<void> {
    const handed = hasChannel ? this.#handOver() : null;
    // A start that fails before it is looked at is told by the fence's own words.
    handed?.catch(() => undefined);
    const stands = await this.#receiveReady();
    if (!stands) throw fenceFailure(await readMessage(this.#owned.stderr));
    this.#init = childrenOf(this.#owned.id.pid)[0] ?? null;
    const ready = this.#owned.pipe(START_DESCRIPTORS.ready);
    if (this.#init === null || this.#ended !== null) {
      // Given up, or ended meanwhile: what is left inside must not begin.
      ready?.destroy();
      return;
    }
    this.#options.registration.setInit(this.#init);
    ready?.end("\n");
    await handed;
  }

  /** False when the descriptor was closed without the byte: whoever held it has ended. */
  #receiveReady(): Promise<boolean> {
    const ready = this.#owned.pipe(START_DESCRIPTORS.ready);
    return new Promise((resolve) => {
      ready?.once("data", () => resolve(true));
      ready?.once("close", () => resolve(false));
    });
  }

  #handOver(): Promise<void> {
    const { spec, lookup } = this.#options;
    const doors: Doors = new Map([
      [EGRESS_PORT, (server) => (this.#egress = serveEgress(server, { ...spec, lookup }))],
      ...(spec.listeners ?? []).map(({ port, attach }) => [port, this.#door(attach)] as const),
    ]);
    return handOver(this.#owned, { doors, files: spec.homeFiles ?? {} });
  }

  /** The socket ends with the process, whatever its owner does. */
  #door(attach: (listening: Server) => void): (listening: Server) => void {
    return (listening) => {
      this.#listening.push(listening);
      attach(listening);
    };
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
      control: this.#owned.pipe(START_DESCRIPTORS.control),
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

/** Rejects on the first signal; the second one ends the waiting. */
function whenAborted(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(new DOMException("The start was aborted.", "AbortError"));
    signal.addEventListener("abort", onAbort, { once: true, signal: done });
  });
}
