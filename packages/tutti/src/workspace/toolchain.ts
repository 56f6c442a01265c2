/** What of the host a place shows read-only (`sandbox.read`), and the PATH that follows from it. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, relative } from "node:path";
import { TuttiError } from "@tutti/protocol";
import type { Mount } from "../engine/ports/place.ts";

/** Of the home folder: never shown, nor anything that holds them. */
const SECRETS = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".netrc",
  ".git-credentials",
  ".config/gh",
  ".config/gcloud",
  ".config/git/credentials",
  ".local/share/keyrings",
  ".password-store",
  ".mozilla",
  ".config/google-chrome",
  ".config/chromium",
  ".pki",
  ".claude",
  ".codex",
  ".gemini",
  ".copilot",
  ".kimi",
  ".qwen",
  ".pi",
  ".npmrc",
  ".pypirc",
  ".config/opencode",
  ".local/share/opencode",
  ".bash_history",
  ".zsh_history",
];
/** Below these nothing may be shown either; agents keep programs beside their secrets. */
const SEALED = new Set([
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".local/share/keyrings",
  ".password-store",
  ".mozilla",
  ".config/gh",
  ".config/gcloud",
]);
/** Too much of a machine at once. */
const TOO_WIDE = ["/", "/home", "/root", "/etc", "/var", "/run", "/proc", "/sys", "/dev", "/mnt"];

const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

export type Host = {
  readonly home: string;
  readonly searchPath: string;
  /** Tutti's data folder. */
  readonly data: string;
};

export type Toolchain = { readonly mounts: readonly Mount[]; readonly searchPath: string };

/** Throws `sandbox.path` for an entry that is missing or would show too much. */
export function toolchainOf(entries: readonly string[], host: Host): Toolchain {
  const mounts: Mount[] = [];
  const shown: string[] = [];
  for (const entry of entries) {
    const path = expand(entry, host.home);
    if (!existsSync(path)) throw refusal(entry, "it does not exist");
    const real = realpathSync(path);
    for (const each of new Set([path, real])) {
      refuseSecrets(entry, each, host);
      shown.push(each);
      mounts.push({ source: real, target: each, access: "read-only" });
    }
  }
  return { mounts, searchPath: searchPathOf(shown, host) };
}

function expand(entry: string, home: string): string {
  const path = entry === "~" || entry.startsWith("~/") ? join(home, entry.slice(1)) : entry;
  if (!isAbsolute(path)) throw refusal(entry, "it is not an absolute path");
  return normalize(path).replace(/(?<=.)\/+$/u, "");
}

function refuseSecrets(entry: string, path: string, { home, data }: Host): void {
  const homes = existsSync(home) ? [home, realpathSync(home)] : [home];
  if (TOO_WIDE.includes(path)) throw refusal(entry, "it shows too much of this machine");
  if (isWithin(data, path) || isWithin(path, data))
    throw refusal(entry, "it shows Tutti's own data");
  for (const folder of homes) {
    if (isWithin(folder, path)) throw refusal(entry, "it shows the whole home folder");
    for (const secret of SECRETS.map((name) => join(folder, name))) {
      if (isWithin(secret, path)) throw refusal(entry, `it shows ${secret}`);
      const name = relative(folder, secret);
      if (SEALED.has(name) && isWithin(path, secret)) throw refusal(entry, `it lies in ${secret}`);
    }
  }
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

function refusal(entry: string, why: string): TuttiError {
  return new TuttiError("sandbox.path", `sandbox.read: ${entry} cannot be shown: ${why}.`, {
    facts: { path: entry },
  });
}

/** The user's own order, as far as it is shown; then what an entry brings; then the system's. */
function searchPathOf(shown: readonly string[], { searchPath }: Host): string {
  const own = searchPath.split(":").filter((folder) => {
    if (!isAbsolute(folder) || folder.includes("node_modules/.bin")) return false;
    return shown.some((path) => isWithin(normalize(folder), path));
  });
  const brought = shown
    .map((path) => join(path, "bin"))
    .filter((path) => existsSync(path) && statSync(path).isDirectory());
  return [...new Set([...own, ...brought, ...SYSTEM_PATH])].join(":");
}
