/** What of the host a place shows read-only (`sandbox.read`), and the PATH that follows from it. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import { TuttiError } from "@tutti/protocol";
import type { Mount } from "../engine/ports/place.ts";
import { foldersOf } from "../platform/paths.ts";
import { isWithin, refuseReadPath } from "../platform/shown-path.ts";
import { boundSockets, refuseSpeaking } from "../platform/shown-sockets.ts";

const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

export type Host = {
  readonly home: string;
  readonly searchPath: string;
  /** Tutti's own folders, and the one of the user's sockets: never shown, nor what holds them. */
  readonly own: readonly string[];
};

/** What no place may show, whatever a configuration says. `data`: Tutti's data folder. */
export function ownFolders(
  data: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const sockets = environment["XDG_RUNTIME_DIR"] ?? "";
  const folders = [data, ...Object.values(foldersOf(environment))];
  return isAbsolute(sockets) ? [...folders, sockets] : folders;
}

export type Toolchain = { readonly mounts: readonly Mount[]; readonly searchPath: string };

/** Throws `sandbox.path` for an entry that is missing or would show too much. */
export function toolchainOf(entries: readonly string[], host: Host): Toolchain {
  const mounts: Mount[] = [];
  const shown: string[] = [];
  const bound = entries.length === 0 ? [] : boundSockets();
  for (const entry of entries) {
    const path = expand(entry, host.home);
    if (!existsSync(path)) throw refusal(entry, "it does not exist");
    const real = realpathSync(path);
    for (const each of new Set([path, real])) {
      refuseSecrets(entry, each, host);
      shown.push(each);
      mounts.push({ source: real, target: each, access: "read-only" });
    }
    const speaking = refuseSpeaking(real, bound);
    if (speaking !== null) throw refusal(entry, `it ${speaking}`);
  }
  return { mounts, searchPath: searchPathOf(shown, host) };
}

function expand(entry: string, home: string): string {
  const path = entry === "~" || entry.startsWith("~/") ? join(home, entry.slice(1)) : entry;
  if (!isAbsolute(path)) throw refusal(entry, "it is not an absolute path");
  return normalize(path).replace(/(?<=.)\/+$/u, "");
}

function refuseSecrets(entry: string, path: string, { home, own }: Host): void {
  const homes = bothNames(home);
  const reason = homes.map((one) => refuseReadPath(path, one)).find((one) => one !== null);
  if (reason !== undefined) throw refusal(entry, `it ${reason}`);
  const kept = own.flatMap(bothNames);
  if (kept.some((folder) => isWithin(folder, path) || isWithin(path, folder)))
    throw refusal(entry, "it shows Tutti's own folders or the sockets of your session");
}

/** As it is written, and where it really lies. */
const bothNames = (folder: string): readonly string[] =>
  existsSync(folder) ? [folder, realpathSync(folder)] : [folder];

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
