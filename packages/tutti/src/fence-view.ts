/**
 * What the fence would show of a program of this machine: found outside and not inside is the usual
 * reason for an agent that is installed and does not start.
 */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { programsOf } from "./config/detect/detect.ts";
import { machineReader, projectReader } from "./config/detect/readers.ts";
import { FIRST_LINE_BYTES, findToolchains, interpreterIn } from "./config/detect/toolchains.ts";
import { nodeVersion } from "./node-version.ts";
import { refuseReadPath } from "./platform/shown-path.ts";
import { toolchainOf, type Host } from "./workspace/toolchain.ts";

/** A script's interpreter may be a script itself; further than this nobody goes. */
const INTERPRETERS_MAX = 3;
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

type Shown = { readonly folders: readonly string[]; readonly searchPath: string };

export type FenceViewOptions = {
  /** The effective `sandbox.read`. */
  readonly read: readonly string[];
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The repository: what lies in it is in every work tree. Null outside of one. */
  readonly root: string | null;
};

export type Program = {
  readonly command: readonly string[];
  /** Other programs that it starts, by name. */
  readonly needs: readonly string[];
  /** Absolute path of the program, where it is known. */
  readonly path: string | null;
  /** Folders without which it does not run. */
  readonly folders: readonly string[];
};

type Hidden = {
  /** What `sandbox.read` would have to name besides. */
  readonly paths: readonly string[];
  /** Why that alone would not do, one sentence each. */
  readonly notes: readonly string[];
};

export type FenceView = {
  /** Entries of `sandbox.read` that end every run. */
  readonly problems: readonly string[];
  /** Null: the program would be found and could run. */
  readonly hiddenOf: (program: Program) => Promise<Hidden | null>;
  /** The Node that a program is a script of; null where it is none, or where nothing tells the version. */
  readonly nodeOf: (name: string) => { readonly path: string; readonly version: string } | null;
};

export const createFenceView = ({ read, host, environment, root }: FenceViewOptions): FenceView => {
  const { shown, problems } = shownBy(read, host);
  const look = { shown, root, home: host.home };
  return {
    problems,
    nodeOf: (name) => {
      const program = findInside(name, look);
      const interpreter = program === null ? null : interpreterIn(startOf(program));
      const isNode = interpreter !== null && basename(interpreter) === "node";
      const path = isNode ? findInside(interpreter, look) : null;
      const version = path === null ? null : nodeVersion(path);
      return path === null || version === null ? null : { path, version };
    },
    hiddenOf: async (program) => {
      const lost = namesOf(program, host.home).filter((one) => !canRun(one, look));
      const dark = program.folders.filter((one) => isFolder(one) && !isVisible(one, look));
      if (lost.length === 0 && dark.length === 0) return null;
      const { tools, scripts } = sortOut(lost, host.home);
      const { path } = program;
      const found = await findToolchains(path === null ? tools : [path, ...tools], {
        project: root === null ? NO_PROJECT : projectReader(root),
        machine: machineReader(environment),
      });
      const wanted = [...found.shown.map((one) => one.path), ...scripts].filter(
        (one) => !isVisible(expand(one, host.home), look),
      );
      return { paths: [...new Set(wanted.length > 0 ? wanted : dark)], notes: found.notes };
    },
  };
};

/** Its own program, the files among its arguments, and what it starts besides. */
const namesOf = ({ command, needs }: Program, home: string): readonly string[] => {
  const [first, ...rest] = programsOf(command);
  const files = rest.filter((one) => realFile(expand(one, home), constants.R_OK) !== null);
  return [...(first === undefined ? [] : [first]), ...files, ...needs];
};

/** Programs lead to the folder of their installation; a script that is handed to one, to its own. */
const sortOut = (
  names: readonly string[],
  home: string,
): { readonly tools: readonly string[]; readonly scripts: readonly string[] } => {
  const isScript = (name: string): boolean =>
    name.includes("/") && realFile(expand(name, home), constants.X_OK) === null;
  return {
    tools: names.filter((one) => !isScript(one)),
    scripts: names
      .filter(isScript)
      .map((one) => (refuseReadPath(dirname(one), home) === null ? dirname(one) : one)),
  };
};

const NO_PROJECT = { read: async () => null, list: async () => [] };

const shownBy = (
  read: readonly string[],
  host: Host,
): { readonly shown: Shown; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const usable = read.filter((entry) => {
    try {
      toolchainOf([entry], host);
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problems.push(error.message);
      return false;
    }
  });
  const { mounts, searchPath } = toolchainOf(usable, host);
  return { shown: { folders: mounts.map(({ target }) => target), searchPath }, problems };
};

type Look = { readonly shown: Shown; readonly root: string | null; readonly home: string };

const expand = (path: string, home: string): string =>
  path.startsWith("~/") ? join(home, path.slice(2)) : path;

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

const isVisible = (path: string, { shown, root }: Look): boolean =>
  [...SYSTEM, ...shown.folders, ...(root === null ? [] : [root])].some((folder) =>
    isWithin(path, folder),
  );

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Real path of a file; null when it is not there, or not in this mode. */
const realFile = (path: string, mode: number): string | null => {
  try {
    accessSync(path, mode);
    return statSync(path).isFile() ? realpathSync(path) : null;
  } catch {
    return null; // not there, or not for this user
  }
};

const canRun = (name: string, look: Look, depth = 0): boolean => {
  const real = findInside(name, look);
  if (real === null) return false;
  const interpreter = interpreterIn(startOf(real));
  if (interpreter === null || depth >= INTERPRETERS_MAX) return true;
  return canRun(interpreter, look, depth + 1);
};

/** As the fence's PATH, or the path itself, leads there. Files among the arguments need not be programs. */
const findInside = (name: string, look: Look): string | null => {
  const { shown, root, home } = look;
  const isPath = name.includes("/");
  const plain = expand(name, home);
  const candidates = isPath
    ? [plain.startsWith("/") ? plain : join(root ?? "/", plain)]
    : shown.searchPath.split(":").map((folder) => join(folder, name));
  for (const path of candidates) {
    const real = realFile(path, isPath ? constants.R_OK : constants.X_OK);
    if (real !== null && isVisible(path, look) && isVisible(real, look)) return real;
  }
  return null;
};

const startOf = (path: string): string => {
  const start = Buffer.alloc(FIRST_LINE_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return start.toString("latin1", 0, readSync(file, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return ""; // a program that may be run and not read has no first line to follow
  }
};
