/** What this machine offers for a fence; each missing thing with what mends it. */
import { existsSync } from "node:fs";
import { ERRORS, TuttiError, type ErrorCode } from "@tutti/protocol";
import type { Capability, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import { inheritedDescriptors } from "../../platform/descriptors.ts";
import { run } from "../../platform/run-command.ts";
import { BUBBLEWRAP_MINIMUM, findBubblewrap, isNewEnough } from "./bubblewrap.ts";
import { findTaskCgroup } from "./cgroup.ts";
import { TASKS_MAX } from "./limits.ts";
import { isSupportedArchitecture } from "./seccomp.ts";
import { scratchPlace } from "./self-test.ts";

const PROBE_TIMEOUT_MS = 10_000;

export type ProbeOptions = {
  readonly launch: (spec: LaunchSpec, signal?: AbortSignal) => Promise<FencedProcess>;
  readonly node: string;
  /** Whether the fence has device nodes that the host does not share. */
  readonly hasOwnDevices: () => Promise<boolean>;
  /** Where the program that makes pseudo-terminals is. */
  readonly script: string;
};

export async function readCapabilities(options: ProbeOptions): Promise<readonly Capability[]> {
  return [
    platform(),
    await bubblewrap(),
    await namespaces(options),
    tasks(),
    ...(await devices(options)),
    terminals(options),
    descriptors(),
    container(),
  ];
}

const fact = (name: string, detail: string): Capability => ({ name, ok: true, detail, mend: null });

const lack = (name: string, detail: string, code: ErrorCode): Capability => ({
  name,
  ok: false,
  detail,
  mend: ERRORS[code].mend,
});

function platform(): Capability {
  const detail = `${process.platform} ${process.arch}`;
  const isSupported = process.platform === "linux" && isSupportedArchitecture(process.arch);
  return isSupported ? fact("platform", detail) : lack("platform", detail, "platform.unsupported");
}

async function bubblewrap(): Promise<Capability> {
  const path = findBubblewrap();
  if (path === null) return lack("bubblewrap", "not installed", "sandbox.missing");
  const { stdout } = await run(path, ["--version"], { cwd: "/", timeoutMs: PROBE_TIMEOUT_MS });
  const version = stdout.trim();
  if (isNewEnough(version)) return fact("bubblewrap", `${version} at ${path}`);
  const wanted = BUBBLEWRAP_MINIMUM.join(".");
  return lack("bubblewrap", `${version}; ${wanted} or newer is needed`, "sandbox.missing");
}

/** By doing it: settings, profiles and containers can each forbid it in their own way. */
async function namespaces({ launch, node }: ProbeOptions): Promise<Capability> {
  const name = "namespaces and seccomp";
  try {
    const spec = { command: ["/bin/true"], cwd: "/", egress: [], owner: "probe" };
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    await using running = await launch({ ...spec, place: scratchPlace(node) }, signal);
    const { code } = await running.exited;
    if (code === 0) return fact(name, "a process ran in the full fence");
    return lack(name, `the probe ended with code ${code}`, "sandbox.failed");
  } catch (error) {
    const code = error instanceof TuttiError ? error.code : "sandbox.failed";
    return lack(name, error instanceof Error ? error.message : String(error), code);
  }
}

function tasks(): Capability {
  const name = "task limit";
  if (process.getuid?.() !== 0) return fact(name, `${TASKS_MAX} a fence, by RLIMIT_NPROC`);
  const cgroup = findTaskCgroup();
  if (cgroup !== null) return fact(name, `${TASKS_MAX} a fence, by a group in ${cgroup}`);
  return {
    name,
    ok: true,
    detail: "not limited: Tutti runs as root, and no pids control group can be made",
    mend: "Run Tutti as an ordinary user, or mount /sys/fs/cgroup writable.",
  };
}

/** Root's daemon needs device nodes of its own; without them a process could spoil the host's. */
async function devices({ hasOwnDevices }: ProbeOptions): Promise<Capability[]> {
  if (process.getuid?.() !== 0) return [];
  const name = "device nodes";
  if (await hasOwnDevices()) return [fact(name, "copies that belong to nobody")];
  return [
    {
      name,
      ok: true,
      detail: "the host's own: Tutti runs as root and may not make device nodes",
      mend: "Run Tutti as an ordinary user, or give the container CAP_MKNOD.",
    },
  ];
}

/** Runs need none; people do, in the command center and by `tutti shell`. */
function terminals({ script }: ProbeOptions): Capability {
  return existsSync(script)
    ? fact("terminals", `by ${script}`)
    : lack("terminals", `there is no ${script}; runs work without`, "terminal.unavailable");
}

function descriptors(): Capability {
  const inherited = inheritedDescriptors();
  const detail =
    inherited.length === 0
      ? "nothing is passed on"
      : `${inherited.join(", ")} came from the parent and are closed in the fence`;
  return fact("descriptors", detail);
}

function container(): Capability {
  const hints = ["/.dockerenv", "/run/.containerenv"].filter((path) => existsSync(path));
  const user = process.getuid?.() === 0 ? "as root (capabilities are dropped inside)" : "";
  const where = hints.length > 0 ? `in a container (${hints.join(", ")})` : "on the machine itself";
  return fact("place", `${where} ${user}`.trim());
}
