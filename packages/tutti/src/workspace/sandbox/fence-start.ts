/** How one process is started: its arguments, its environment, its launcher. */
import { closeSync, openSync } from "node:fs";
import type { LaunchSpec } from "../../engine/ports/sandbox.ts";
import { spawnOwned, type OwnedProcess } from "../../platform/spawn.ts";
import type { Lookup } from "./egress-address.ts";
import { egressEnvironment } from "./egress-proxy.ts";
import { hasWayOut, needsChannel } from "./hand-over.ts";
import { EGRESS_PORT, launcherArguments, splitEnvironment } from "./launcher.ts";
import { fenceArguments } from "./policy.ts";
import type { Registry } from "./registry.ts";
import { fenceScript, withoutStrays, START_DESCRIPTORS } from "./start-scripts.ts";
import type { FenceUser } from "./system-files.ts";

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
  readonly hasOwnDevices: boolean;
  /** Folder of a control group hierarchy with a task limit. */
  readonly taskCgroup: string | null;
  readonly registry: Registry;
  /** Resolves the names that a fence asks for. */
  readonly lookup: Lookup;
};

const NODE_INSIDE = "/run/tutti/node";

export type StartPlan = {
  readonly args: readonly string[];
  readonly command: readonly string[];
  /** Whether a launcher inside has something to hand over. */
  readonly hasChannel: boolean;
};

export function planStart(fence: Fence, spec: LaunchSpec): StartPlan {
  const hasEgress = hasWayOut(spec);
  const hasChannel = needsChannel(spec);
  const needsLauncher = hasChannel || isForLauncher(fence, spec);
  const wanted = {
    ...spec.place.env,
    ...spec.env,
    ...(hasEgress ? egressEnvironment() : {}),
  };
  const env = splitEnvironment(wanted);
  const channel = { NODE_CHANNEL_FD: `${START_DESCRIPTORS.channel}` };
  const task = {
    ports: [...(hasEgress ? [EGRESS_PORT] : []), ...(spec.listeners ?? []).map(({ port }) => port)],
    hasFiles: Object.keys(spec.homeFiles ?? {}).length > 0,
    command: spec.command,
    env: env.command,
  };
  const policy = {
    user: fence.user,
    system: fence.system,
    place: spec.place,
    extra: needsLauncher
      ? [{ source: fence.node, target: NODE_INSIDE, access: "read-only" as const }]
      : [],
    env: needsLauncher ? { ...env.launcher, ...(hasChannel ? channel : {}) } : wanted,
    cwd: spec.cwd ?? spec.place.root,
    isTerminal: spec.terminal === true,
    seccomp: START_DESCRIPTORS.seccomp,
  };
  return {
    args: fenceArguments(policy),
    command: needsLauncher ? [NODE_INSIDE, ...launcherArguments(task)] : commandOf(spec),
    hasChannel,
  };
}

/** Strays are closed by the launcher, but where it would close the control pipe as well. */
const isForLauncher = ({ hasStrayDescriptors }: Fence, { hasControl = false }: LaunchSpec) =>
  hasStrayDescriptors && !hasControl;

const commandOf = ({ command, hasControl = false }: LaunchSpec): readonly string[] =>
  hasControl ? withoutStrays(command) : command;

export type SpawnPlan = { readonly command: readonly string[]; readonly cgroup: string | null };

export async function spawnFence(
  fence: Fence,
  spec: LaunchSpec,
  plan: SpawnPlan,
): Promise<OwnedProcess> {
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
      extra: [
        filter,
        "pipe",
        "pipe",
        ...(needsChannel(spec) ? (["ipc"] as const) : []),
        ...(spec.hasControl === true ? (["pipe"] as const) : []),
      ],
    });
  } finally {
    closeSync(filter);
  }
}
