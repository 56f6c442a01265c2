/**
 * What a fenced process sees of the system: programs and libraries, the few files of /etc that
 * programs ask for, and generated ones in place of those that tell about the host's users.
 */
import { existsSync, lstatSync, mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "../../engine/ports/place.ts";
import { keepFileAs } from "../../platform/atomic-file.ts";

/**
 * Shown as they are where they exist. Certificates, not /etc/ssl as a whole: private keys lie
 * beside them, and root's daemon may read those.
 */
const ETC_SHOWN = [
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/alternatives",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/ca-certificates",
  "/etc/pki/tls/certs",
  "/etc/pki/tls/openssl.cnf",
  "/etc/pki/ca-trust",
  "/etc/crypto-policies",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/protocols",
  "/etc/services",
] as const;

/** Links or folders beside /usr, as the distribution has them. */
const USR_LINKS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"] as const;

/** Readable by the host's root alone, and nobody's business inside. */
const PROC_HIDDEN = ["kcore", "keys", "kmsg", "timer_list"] as const;

/** Whom the command believes to be. */
export type FenceUser = {
  readonly uid: number;
  readonly gid: number;
  readonly isRootOutside: boolean;
};

/** Shown instead of 0: agents refuse some things to root, and it is not the machine's root anyway. */
const ALIAS_ID = 1000;

export function fenceUser(): FenceUser {
  const uid = process.getuid?.() ?? ALIAS_ID;
  const gid = process.getgid?.() ?? ALIAS_ID;
  return uid === 0
    ? { uid: ALIAS_ID, gid: ALIAS_ID, isRootOutside: true }
    : { uid, gid, isRootOutside: false };
}

/** Home of the user inside, unless the place says otherwise. */
const HOME = "/home/agent";

/**
 * Writes the generated files below `folder`; returns arguments of bwrap that show the system.
 * `devices` replace the host's own device nodes, see devices.ts.
 */
export function systemArguments(
  folder: string,
  user: FenceUser,
  devices: readonly Mount[] | null,
): readonly string[] {
  const options: readonly (readonly string[])[] = [
    ["--ro-bind", "/usr", "/usr"],
    USR_LINKS.flatMap(usrLink),
    ETC_SHOWN.filter((path) => existsSync(path)).flatMap(readOnly),
    generatedFiles(folder, user),
    ["--dev", "/dev"],
    (devices ?? []).flatMap(({ source, target }) => ["--dev-bind", source, target]),
    ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"],
    user.isRootOutside ? rootArguments() : [],
    ["--symlink", "/tmp", "/var/tmp"],
  ];
  return options.flat();
}

function usrLink(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : readOnly(path);
}

function generatedFiles(folder: string, { uid, gid }: FenceUser): string[] {
  const files = {
    passwd: `agent:x:${uid}:${gid}:agent:${HOME}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n`,
    group: `agent:x:${gid}:\nnogroup:x:65534:\n`,
    hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n",
  };
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return Object.entries(files).flatMap(([name, content]) => {
    const path = join(folder, name);
    keepFileAs(path, content, { mode: 0o644, isDurable: false });
    return ["--ro-bind", path, `/etc/${name}`];
  });
}

/** Files of /proc belong to the host's root, who may write some and change the mode of all. */
function rootArguments(): string[] {
  const hidden = PROC_HIDDEN.map((name) => `/proc/${name}`).filter((path) => existsSync(path));
  const hide = hidden.flatMap((path) => ["--ro-bind", "/dev/null", path]);
  return [...hide, "--remount-ro", "/proc"];
}

const readOnly = (path: string): string[] => ["--ro-bind", path, path];
