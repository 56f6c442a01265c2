/**
 * The fence as arguments of bubblewrap: a process sees the system's programs, what its place shows
 * it, a home and a /tmp of its own, and nothing else of the host.
 */
import { lstatSync } from "node:fs";
import { dirname, isAbsolute, normalize } from "node:path";
import { TuttiError } from "@tutti/protocol";
import type { Mount, Place } from "../../engine/ports/place.ts";
import { SHARED_MEMORY_BYTES } from "./limits.ts";
import type { FenceUser } from "./system-files.ts";

export type FencePolicy = {
  readonly user: FenceUser;
  /** From `systemArguments`. */
  readonly system: readonly string[];
  readonly place: Pick<Place, "mounts" | "tmpBytes">;
  /** Tutti's own things, such as the launcher; mounted last. */
  readonly extra: readonly Mount[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly isTerminal: boolean;
  /** Descriptor of the compiled filter. */
  readonly seccomp: number;
};

/** Only below these may a place not mount anything: they are what the fence itself is made of. */
const RESERVED = ["/dev", "/proc", "/sys"];

/** All arguments up to the command. */
export function fenceArguments(policy: FencePolicy): string[] {
  const { user, place } = policy;
  const options: readonly (readonly string[])[] = [
    // --disable-userns wants the explicit form as well.
    ["--unshare-user", "--unshare-all", "--disable-userns"],
    ["--die-with-parent", "--cap-drop", "ALL", "--hostname", "sandbox"],
    // A terminal needs its session; pushing characters into it is refused by the filter.
    policy.isTerminal ? [] : ["--new-session"],
    user.isRootOutside ? ["--uid", `${user.uid}`, "--gid", `${user.gid}`] : [],
    policy.system,
    ["--size", `${place.tmpBytes}`, "--perms", "1777", "--tmpfs", "/tmp"],
    ["--size", `${SHARED_MEMORY_BYTES}`, "--perms", "1777", "--tmpfs", "/dev/shm"],
    place.mounts.flatMap(mountArguments),
    policy.extra.flatMap(mountArguments),
    // bwrap's own root and /dev are in memory without a bound; nothing needs to write there.
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--chdir", policy.cwd, "--clearenv"],
    Object.entries(policy.env).flatMap(([name, value]) => ["--setenv", name, value]),
    ["--seccomp", `${policy.seccomp}`],
  ];
  return options.flat();
}

function mountArguments({ source, target, access }: Mount): string[] {
  return [access === "writable" ? "--bind" : "--ro-bind", source, target];
}

/** Refuses (`sandbox.path`) a place that would break the fence or that bwrap could not set up. */
export function checkPlace({ root, mounts }: Place): void {
  if (!mounts.some((mount) => isWithin(root, mount.target))) {
    throw pathError(root, "the work tree is not among the mounts of its place");
  }
  const writable = mounts.filter(({ access }) => access === "writable");
  for (const { source, target } of mounts) {
    if (!isPlain(target) || target === "/") throw pathError(target, "not a plain absolute path");
    if (RESERVED.some((path) => isWithin(target, path))) {
      throw pathError(target, "belongs to the fence itself");
    }
    if (!isPlain(source)) throw pathError(source, "not a plain absolute path");
    if (lstatSync(source, { throwIfNoEntry: false }) === undefined) {
      throw pathError(source, "does not exist");
    }
    const link =
      plantedLink(source, writable) ?? plantedLink(outsideOf(target, writable), writable);
    if (link !== null) throw pathError(link, "a symbolic link lies in its way");
  }
}

/**
 * bwrap follows links in sources and in mount points, and does so with the host's eyes. In folders
 * that an agent writes, a link would let it choose what is mounted where.
 */
function plantedLink(path: string, writable: readonly Mount[]): string | null {
  const owner = writable.find(({ source }) => source !== path && isWithin(path, source));
  if (owner === undefined) return null;
  for (let part = path; part !== owner.source; part = dirname(part)) {
    if (lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink() === true) return part;
  }
  return null;
}

/** The host's path of a target that lies in a writable mount. */
function outsideOf(target: string, writable: readonly Mount[]): string {
  const owner = writable.findLast((mount) => isWithin(target, mount.target));
  return owner === undefined ? target : owner.source + target.slice(owner.target.length);
}

function isPlain(path: string): boolean {
  return isAbsolute(path) && !path.includes("\0") && normalize(path) === path;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function pathError(path: string, why: string): TuttiError {
  return new TuttiError("sandbox.path", `Cannot show ${path} in the sandbox: ${why}.`, {
    facts: { path },
  });
}

/** The form `bwrap --args` reads. Environment values stay out of the process list that way. */
export function encodeArguments(args: readonly string[]): Buffer {
  const withNul = args.find((arg) => arg.includes("\0"));
  if (withNul !== undefined) {
    throw new TuttiError("sandbox.failed", "An argument or environment value contains a NUL byte.");
  }
  return Buffer.from(args.map((arg) => `${arg}\0`).join(""));
}
