/** The Sandbox port with bubblewrap on Linux. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import type { Capability, Sandbox } from "../../engine/ports/sandbox.ts";
import { keepFileAs } from "../../platform/atomic-file.ts";
import { inheritedDescriptors } from "../../platform/descriptors.ts";
import { ensurePrivateFolder } from "../../platform/paths.ts";
import { requireLinux } from "../../platform/support.ts";
import { requireBubblewrap } from "./bubblewrap.ts";
import { readCapabilities } from "./capabilities.ts";
import { SCRIPT } from "./terminals.ts";
import { findTaskCgroup, sweepTaskCgroups } from "./cgroup.ts";
import { makeDevices } from "./devices.ts";
import { systemNames, type Lookup } from "./egress-address.ts";
import type { Fence } from "./fence-start.ts";
import { startFenced } from "./fenced-process.ts";
import { openRegistry, type Registry } from "./registry.ts";
import { isSupportedArchitecture, seccompFilter } from "./seccomp.ts";
import { attackFence } from "./self-test.ts";
import { fenceUser, systemArguments } from "./system-files.ts";
import { startUnfenced } from "./unfenced-process.ts";

export type SandboxOptions = {
  /** Tutti's data folder; `sandbox/` and `processes/` in it are this module's. */
  readonly dataFolder: string;
  /** A Node of at least 22.15 for the launcher; default the one that runs Tutti. */
  readonly node?: string;
  /** Where bubblewrap is looked for besides the system's folders; default this process's PATH. */
  readonly path?: string;
  /** Resolves the names that a fence asks for; default the system's resolver. */
  readonly lookup?: Lookup;
};

export function createSandbox(options: SandboxOptions): Sandbox {
  const { dataFolder, node = process.execPath } = options;
  const registry = openRegistry(join(ensurePrivateFolder(dataFolder), "processes"));
  let fence: Promise<Fence> | null = null;
  let leaks: readonly Capability[] = [];
  const prepare = async (): Promise<Fence> => {
    try {
      return await prepareFence({ ...options, node }, registry);
    } catch (error) {
      fence = null; // what is missing may be there the next time
      throw error;
    }
  };
  const ready = (): Promise<Fence> => (fence ??= prepare());
  const launchFenced: Parameters<typeof attackFence>[0]["launch"] = async (spec, signal) =>
    startFenced(await ready(), spec, signal);
  const hasOwnDevices = async (): Promise<boolean> =>
    ready().then(
      (made) => made.hasOwnDevices,
      () => false, // there is no fence at all; the other capabilities say why
    );

  return {
    launch: async (spec, { signal } = {}) => {
      requireLinux();
      if (spec.place.isolation === "none") return startUnfenced(registry, spec, signal);
      if (leaks.length > 0) throw leakError(leaks);
      return launchFenced(spec, signal);
    },
    selfTest: async () => {
      requireLinux();
      const { bubblewrap } = await ready();
      const folder = sandboxFolder(dataFolder);
      const results = await attackFence({ launch: launchFenced, folder, node, bubblewrap });
      leaks = results.filter(({ ok }) => !ok);
      return results;
    },
    capabilities: async () =>
      readCapabilities({ launch: launchFenced, node, hasOwnDevices, script: SCRIPT }),
    recover: async () => registry.recover(),
  };
}

const sandboxFolder = (dataFolder: string): string => join(dataFolder, "sandbox");

async function prepareFence(
  options: SandboxOptions & { node: string },
  registry: Registry,
): Promise<Fence> {
  requireLinux();
  const { arch } = process;
  if (!isSupportedArchitecture(arch)) {
    throw new TuttiError("platform.unsupported", `There is no sandbox filter for ${arch} yet.`);
  }
  const bubblewrap = requireBubblewrap(options.path);
  const folder = sandboxFolder(options.dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const filter = join(folder, `seccomp-${arch}.bpf`);
  keepFileAs(filter, seccompFilter(arch), { isDurable: false });
  const user = fenceUser();
  const taskCgroup = findTaskCgroup();
  if (taskCgroup !== null) sweepTaskCgroups(taskCgroup);
  const devices = user.isRootOutside ? await makeDevices(join(folder, "dev")) : null;
  return {
    bubblewrap,
    user,
    system: systemArguments(join(folder, "etc"), user, devices),
    filter,
    node: options.node,
    hasStrayDescriptors: inheritedDescriptors().length > 0,
    hasOwnDevices: devices !== null,
    taskCgroup,
    registry,
    lookup: options.lookup ?? systemNames,
  };
}

function leakError(leaks: readonly Capability[]): TuttiError {
  const names = leaks.map(({ name, detail }) => `"${name}" failed (${detail})`).join("; ");
  return new TuttiError("sandbox.leaks", `The sandbox does not hold: ${names}.`);
}
