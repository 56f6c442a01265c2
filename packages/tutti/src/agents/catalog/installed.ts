/**
 * Whether an agent of the catalogue is installed here, and in which version. Nothing is run to find
 * out: the program is looked up as a shell would, and the package.json of the package that it
 * belongs to says the version.
 */
import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import { z } from "zod";
import type { CatalogEntry, NpmPackage } from "./entry.ts";

/** Where programs are looked for. */
export type SearchPlaces = {
  /** PATH. */
  readonly searchPath: string;
  /** The user's home: its `.npmrc` may name a folder for global packages. */
  readonly home: string;
  /** The running Node: global packages usually lie beside it. */
  readonly node: string;
  /** Folders with a `node_modules/.bin` or a `bin`, before all others. */
  readonly folders?: readonly string[];
};

type Installed = {
  readonly kind: "installed";
  /** Absolute path of the program, as found. */
  readonly program: string;
  /** Null for a program that does not come as a package. */
  readonly version: string | null;
  /** Whether it is the version that was tested. */
  readonly isTested: boolean;
  /** Host folders that have to be shown inside the fence for it, besides the system's. */
  readonly reads: readonly string[];
};

export type Installation =
  | Installed
  | {
      readonly kind: "missing";
      /** What was not found: the program's own name, or that of one that it needs. */
      readonly program: string;
    };

type Found = { readonly program: string; readonly version: string | null; readonly root: string };

const packageName = (spec: string): string => spec.slice(0, spec.lastIndexOf("@"));
const packageVersion = (spec: string): string => spec.slice(spec.lastIndexOf("@") + 1);

const readText = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null; // missing or unreadable: there is nothing to learn from it
  }
};

/** `prefix=FOLDER` of the user's .npmrc. */
const prefixOf = (home: string): string[] => {
  const prefix = /^\s*prefix\s*=\s*(.+?)\s*$/mu.exec(readText(join(home, ".npmrc")) ?? "")?.[1];
  if (prefix === undefined) return [];
  const path = prefix.replace(/^(?:~|\$\{HOME\})(?=\/)/u, home);
  return isAbsolute(path) ? [path] : [];
};

const binFolders = ({ searchPath, home, node, folders = [] }: SearchPlaces): readonly string[] => {
  const own = folders.flatMap((folder) => [join(folder, "node_modules/.bin"), join(folder, "bin")]);
  const path = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
  const prefixes = [...prefixOf(home), dirname(dirname(node))];
  return [...new Set([...own, ...path, ...prefixes.map((prefix) => join(prefix, "bin"))])];
};

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not a program of this user
  }
};

const PackageJson = z.object({ name: z.string(), version: z.string() });

const packageJson = (file: string): z.infer<typeof PackageJson> | null => {
  try {
    return PackageJson.safeParse(JSON.parse(readText(file) ?? "null")).data ?? null;
  } catch {
    return null; // not a package.json that npm wrote
  }
};

/** The package to which a file belongs: the nearest folder above it that is called so. */
const packageOf = (file: string, name: string): { root: string; version: string } | null => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = packageJson(join(folder, "package.json"));
    if (found?.name === name) return { root: folder, version: found.version };
  }
  return null;
};

const findPackage = (wanted: NpmPackage, bins: readonly string[]): Found | null => {
  for (const bin of bins) {
    const program = join(bin, wanted.program);
    if (!isProgram(program)) continue;
    const found = packageOf(realpathSync(program), packageName(wanted.package));
    if (found !== null) return { program, ...found };
  }
  return null;
};

const findCommand = (name: string, bins: readonly string[]): Found | null => {
  const program = bins.map((bin) => join(bin, name)).find(isProgram);
  return program === undefined ? null : { program, version: null, root: realpathSync(program) };
};

/**
 * What has to be shown for a program: the packages beside its own, from which it takes its
 * dependencies, and the folder in which it was found.
 */
const readsOf = ({ program, root }: Found): readonly string[] => {
  const at = root.lastIndexOf(`${sep}node_modules${sep}`);
  const packages = at < 0 ? root : root.slice(0, at + `${sep}node_modules`.length);
  const isWithin = program === packages || program.startsWith(packages + sep);
  return (isWithin ? [packages] : [packages, program]).filter((path) => !path.startsWith("/usr/"));
};

export const findInstalled = (entry: CatalogEntry, places: SearchPlaces): Installation => {
  const bins = binFolders(places);
  const { distribution } = entry;
  if (distribution.kind === "command") {
    const found = findCommand(distribution.program, bins);
    if (found === null) return { kind: "missing", program: distribution.program };
    const { program, version } = found;
    return { kind: "installed", program, version, isTested: false, reads: readsOf(found) };
  }
  const found: Found[] = [];
  for (const wanted of [distribution, ...distribution.needs]) {
    const one = findPackage(wanted, bins);
    if (one === null) return { kind: "missing", program: wanted.program };
    found.push(one);
  }
  const wanted = [distribution, ...distribution.needs];
  return {
    kind: "installed",
    program: found[0]?.program ?? distribution.program,
    version: found[0]?.version ?? null,
    isTested: wanted.every((one, at) => packageVersion(one.package) === found[at]?.version),
    reads: [...new Set(found.flatMap(readsOf))],
  };
};

/** The command by which people install the version that was tested. Tutti never runs it by itself. */
export const installCommand = ({ distribution }: CatalogEntry): string =>
  distribution.kind === "command"
    ? distribution.install
    : `npm install -g ${[distribution, ...distribution.needs].map(({ package: spec }) => spec).join(" ")}`;
