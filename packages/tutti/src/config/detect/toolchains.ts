/**
 * Which folders of this machine the fence must show so that a program runs inside: toolchains and
 * agents that live in the home folder or another place of their own. System folders are shown anyway.
 *
 * A version manager's shims need the manager, its state and its environment. Instead the folder of
 * the very version is shown; its `bin` comes onto the PATH inside.
 */
import { dirname, join } from "node:path";
import { refuseReadPath } from "../../platform/shown-path.ts";
import { findVersionFolders } from "./version-managers.ts";
import type { MachineReader, ProjectReader } from "./readers.ts";

export type Shown = {
  /** `~/…` below the home folder. */
  readonly path: string;
  /** Program that needs it. */
  readonly why: string;
};

export type Toolchains = { readonly shown: readonly Shown[]; readonly notes: readonly string[] };

const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];
/** A script's interpreter may be a script itself; further than this nobody goes. */
const MAX_INTERPRETERS = 3;

type Scene = { readonly project: ProjectReader; readonly machine: MachineReader };

/** `tools`: names or absolute paths of programs. Names that are nowhere are said. */
export const findToolchains = async (
  tools: readonly string[],
  scene: Scene,
): Promise<Toolchains> => {
  const shown = new Map<string, string>();
  const notes: string[] = [];
  for (const tool of new Set(tools)) {
    const folders = await foldersFor(tool, { ...scene, depth: 0 });
    if (folders === null)
      notes.push(`\`${tool}\` is not on your PATH, so what calls it will fail.`);
    for (const folder of folders ?? []) {
      const path = tilde(folder, scene.machine.home);
      const reason = refuseReadPath(path, scene.machine.home);
      if (reason !== null)
        notes.push(
          `\`${tool}\` lies in \`${path}\`, which ${reason}: install it in a folder of its own.`,
        );
      else if (!shown.has(path)) shown.set(path, tool);
      if (
        reason === null &&
        !tool.includes("/") &&
        folder.endsWith(`/${tool}`) &&
        (await scene.machine.executable(folder)) !== null
      )
        notes.push(
          `\`${tool}\` is not on the PATH inside the fence: name it by its full path, \`${path}\`.`,
        );
    }
  }
  const entries = [...shown].map(([path, why]) => ({ path, why }));
  return {
    shown: entries.filter((one) => !entries.some((other) => isBelow(one.path, other.path))),
    notes,
  };
};

const foldersFor = async (
  tool: string,
  scene: Scene & { readonly depth: number },
): Promise<readonly string[] | null> => {
  const found = await locate(tool, scene.machine);
  if (found === null) return null;
  const managed = await findVersionFolders(found.path, scene);
  if (managed !== null) return managed;
  const folders = [found.path, found.real]
    .filter((path) => !isSystem(path) && !isPassing(path))
    .map((path) => installFolder(path, scene.machine.home));
  const interpreter =
    scene.depth < MAX_INTERPRETERS ? await interpreterOf(found.real, scene.machine) : null;
  const more =
    interpreter === null ? [] : await foldersFor(interpreter, { ...scene, depth: scene.depth + 1 });
  return [...new Set([...folders, ...(more ?? [])])];
};

const locate = async (
  tool: string,
  machine: MachineReader,
): Promise<{ readonly path: string; readonly real: string } | null> => {
  const plain = tool.startsWith("~/") ? join(machine.home, tool.slice(2)) : tool;
  const candidates = plain.startsWith("/")
    ? [plain]
    : machine.path
        .filter((folder) => !folder.includes("/node_modules/"))
        .map((folder) => join(folder, plain));
  for (const path of candidates) {
    const real = await machine.executable(path);
    if (real !== null) return { path, real };
  }
  return null;
};

const interpreterOf = async (path: string, machine: MachineReader): Promise<string | null> =>
  interpreterIn((await machine.read(path)) ?? "");

/** More of a file is not looked at for its first line. */
export const FIRST_LINE_BYTES = 256;

/** Program named by a script's first line; null for binaries. */
export const interpreterIn = (text: string): string | null => {
  const start = text.slice(0, FIRST_LINE_BYTES);
  const words = /^#!\s*(?<line>[^\n]+)/u.exec(start)?.groups?.["line"]?.trim().split(/\s+/u) ?? [];
  const [first, ...rest] = words;
  if (first === undefined) return null;
  if (!first.endsWith("/env")) return first;
  return rest.find((word) => !word.startsWith("-") && !word.includes("=")) ?? null;
};

/** The folder that holds a program with everything it comes with. */
const installFolder = (path: string, home: string): string => {
  const modules = /^(?<folder>.*?\/node_modules)\//u.exec(path)?.groups?.["folder"];
  if (modules !== undefined) {
    // `PREFIX/lib/node_modules` of a global npm folder: its launchers lie in `PREFIX/bin`.
    const prefix = modules.endsWith("/lib/node_modules") ? dirname(dirname(modules)) : modules;
    return isShared(prefix, home) ? modules : prefix;
  }
  const folder = dirname(path);
  const prefix = folder.endsWith("/bin") ? dirname(folder) : folder;
  if (!isShared(prefix, home)) return prefix;
  return isShared(folder, home) ? path : folder;
};

/** Folders in which many unrelated things lie; showing one shows them all. */
const isShared = (folder: string, home: string): boolean =>
  [home, join(home, ".local"), join(home, ".cargo"), "/", "/opt", "/srv", dirname(home)].includes(
    folder,
  );

const isSystem = (path: string): boolean => SYSTEM.some((folder) => isBelow(path, folder));

/** Launchers of one login session, such as fnm's; what they lead to is shown instead. */
const isPassing = (path: string): boolean => path.startsWith("/run/") || path.startsWith("/tmp/");

const isBelow = (path: string, folder: string): boolean =>
  path !== folder && path.startsWith(`${folder}/`);

const tilde = (path: string, home: string): string =>
  home !== "/" && isBelow(path, home) ? `~${path.slice(home.length)}` : path;
