/** Version managers put shims onto the PATH; this finds the folder of the version behind a shim. */
import { basename, dirname, join } from "node:path";
import { isRecord, parseJson } from "./ecosystem.ts";
import type { MachineReader, ProjectReader } from "./readers.ts";

type Scene = { readonly project: ProjectReader; readonly machine: MachineReader };

type Manager = {
  /** Whether this path is one of the manager's shims. */
  readonly owns: (path: string, home: string) => boolean;
  readonly folders: (program: string, scene: Scene) => Promise<readonly string[]>;
};

/** Null: no shim. An empty list: a shim whose version is not installed. */
export const findVersionFolders = async (
  path: string,
  scene: Scene,
): Promise<readonly string[] | null> => {
  const manager = MANAGERS.find(({ owns }) => owns(path, scene.machine.home));
  return manager === undefined ? null : await manager.folders(basename(path), scene);
};

/** Plugin of asdf or mise → programs it provides. */
const PLUGINS: Readonly<Record<string, readonly string[]>> = {
  nodejs: ["node", "npm", "npx", "corepack"],
  node: ["node", "npm", "npx", "corepack"],
  python: ["python", "python3", "pip", "pip3"],
  golang: ["go", "gofmt"],
  go: ["go", "gofmt"],
  ruby: ["ruby", "bundle", "gem", "rake"],
  rust: ["cargo", "rustc"],
  java: ["java", "javac"],
};

const pyenvRoot = (machine: MachineReader): string =>
  machine.env["PYENV_ROOT"] ?? join(machine.home, ".pyenv");

const pyenv: Manager = {
  owns: (path) => dirname(path).endsWith("/.pyenv/shims"),
  folders: async (_program, { project, machine }) => {
    const root = pyenvRoot(machine);
    const wanted = firstWord(
      (await project.read(".python-version")) ?? (await machine.read(join(root, "version"))),
    );
    return await versionFolder(join(root, "versions"), wanted, machine);
  },
};

const rustup: Manager = {
  owns: (path, home) =>
    dirname(path) === join(home, ".cargo/bin") &&
    ["cargo", "rustc", "rustfmt", "cargo-clippy", "rustdoc"].includes(basename(path)),
  folders: async (_program, { project, machine }) => {
    const root = machine.env["RUSTUP_HOME"] ?? join(machine.home, ".rustup");
    const plain = await project.read("rust-toolchain");
    const pinned =
      channelOf((await project.read("rust-toolchain.toml")) ?? plain) ?? firstWord(plain);
    const settings = (await machine.read(join(root, "settings.toml"))) ?? "";
    const byDefault =
      /^default_toolchain\s*=\s*"(?<name>[^"]+)"/mu.exec(settings)?.groups?.["name"] ?? null;
    return await versionFolder(join(root, "toolchains"), pinned ?? byDefault, machine);
  },
};

const volta: Manager = {
  owns: (path) => dirname(path).endsWith("/.volta/bin"),
  folders: async (program, { project, machine }) => {
    const root = join(machine.env["VOLTA_HOME"] ?? join(machine.home, ".volta"), "tools");
    const manifest = parseJson((await project.read("package.json")) ?? "null");
    const pinned =
      isRecord(manifest) && isRecord(manifest["volta"]) ? manifest["volta"]["node"] : undefined;
    const platform = parseJson((await machine.read(join(root, "user/platform.json"))) ?? "null");
    const byDefault =
      isRecord(platform) && isRecord(platform["node"]) ? platform["node"]["runtime"] : undefined;
    const wanted = [pinned, byDefault].find((one) => typeof one === "string");
    const node = await versionFolder(
      join(root, "image/node"),
      typeof wanted === "string" ? wanted : null,
      machine,
    );
    const isNode = ["node", "npm", "npx"].includes(program);
    // Other programs are packages with an image of their own, run by node.
    return isNode
      ? node
      : [...(await packageFolder(join(root, "image"), program, machine)), ...node];
  },
};

const packageFolder = async (
  image: string,
  program: string,
  machine: MachineReader,
): Promise<readonly string[]> => {
  if (["yarn", "pnpm"].includes(program))
    return await versionFolder(join(image, program), null, machine);
  return (await machine.list(join(image, "packages"))).includes(program)
    ? [join(image, "packages", program)]
    : [];
};

const byPlugin = (name: "asdf" | "mise", rootOf: (machine: MachineReader) => string): Manager => ({
  owns: (path) => dirname(path).endsWith(name === "asdf" ? "/.asdf/shims" : "/mise/shims"),
  folders: async (program, { project, machine }) => {
    const installs = join(rootOf(machine), "installs");
    const plugins = await machine.list(installs);
    const plugin =
      plugins.find((one) => PLUGINS[one]?.includes(program)) ??
      plugins.find((one) => one === program);
    if (plugin === undefined) return [];
    const versions =
      (await project.read(".tool-versions")) ??
      (await machine.read(join(machine.home, ".tool-versions")));
    const line = (versions ?? "").split("\n").find((one) => one.startsWith(`${plugin} `));
    return await versionFolder(join(installs, plugin), line?.split(/\s+/u)[1] ?? null, machine);
  },
});

const MANAGERS: readonly Manager[] = [
  pyenv,
  rustup,
  volta,
  byPlugin("asdf", (machine) => machine.env["ASDF_DATA_DIR"] ?? join(machine.home, ".asdf")),
  byPlugin(
    "mise",
    (machine) => machine.env["MISE_DATA_DIR"] ?? join(machine.home, ".local/share/mise"),
  ),
];

/** The wanted version, one that begins with it, else the newest that is installed. */
const versionFolder = async (
  folder: string,
  wanted: string | null,
  machine: MachineReader,
): Promise<readonly string[]> => {
  const versions = (await machine.list(folder))
    .filter((name) => !name.startsWith("."))
    .toSorted(byVersion);
  const exact = versions.find((name) => name === wanted);
  const similar =
    wanted === null ? undefined : versions.findLast((name) => name.startsWith(wanted));
  const chosen = exact ?? similar ?? versions.at(-1);
  return chosen === undefined ? [] : [join(folder, chosen)];
};

const byVersion = (one: string, other: string): number =>
  one.localeCompare(other, "en", { numeric: true });

const firstWord = (text: string | null): string | null => {
  const word = text?.trim().split(/\s+/u)[0];
  return word === undefined || word === "" || word.startsWith("[") ? null : word;
};

const channelOf = (text: string | null): string | null =>
  /^\s*channel\s*=\s*"(?<name>[^"]+)"/mu.exec(text ?? "")?.groups?.["name"] ?? null;
