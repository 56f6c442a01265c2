import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { catalogEntry } from "../../src/agents/catalog/catalog.ts";
import type { SearchPlaces } from "../../src/agents/catalog/installed.ts";
import { findInstalled } from "../../src/agents/catalog/installed.ts";

const scene = async () => {
  const root = await mkdtemp(join(tmpdir(), "tutti-installed-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const home = join(root, "home");
  await mkdir(home);
  const places: SearchPlaces = { searchPath: "", home, node: join(root, "node/bin/node") };
  return { root, home, places };
};

type Package = { readonly name: string; readonly version: string; readonly program: string };

/** As npm lays it out: a package with a program, and a link to it in a folder of programs. */
const install = async (modules: string, bin: string, { name, version, program }: Package) => {
  const folder = join(modules, name);
  const file = join(folder, "dist/main.js");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version }));
  // It would end the test: nothing is run.
  await writeFile(file, "#!/bin/sh\nkill -9 $PPID\n");
  await chmod(file, 0o755);
  await mkdir(bin, { recursive: true });
  await symlink(relative(bin, file), join(bin, program));
};

const entry = (id: string) => {
  const found = catalogEntry(id);
  if (found === undefined) throw new Error(`no entry ${id}`);
  return found;
};

const GEMINI = { name: "@google/gemini-cli", version: "0.61.0", program: "gemini" };

test("what is not there is missing, by the name of its program", async () => {
  const { places } = await scene();
  expect(findInstalled(entry("gemini"), places)).toEqual({ kind: "missing", program: "gemini" });
});

test("a global package is found on PATH, with its version and what has to be shown for it", async () => {
  const { root, places } = await scene();
  const bin = join(root, "usr/bin");
  const modules = join(root, "usr/lib/node_modules");
  await install(modules, bin, GEMINI);
  expect(findInstalled(entry("gemini"), { ...places, searchPath: `/nowhere:${bin}` })).toEqual({
    kind: "installed",
    program: join(bin, "gemini"),
    version: "0.61.0",
    isTested: true,
    reads: [modules, join(bin, "gemini")],
  });
});

test("another version than the tested one is said to be so", async () => {
  const { root, places } = await scene();
  const bin = join(root, "bin");
  await install(join(root, "lib/node_modules"), bin, { ...GEMINI, version: "0.60.1" });
  expect(findInstalled(entry("gemini"), { ...places, searchPath: bin })).toMatchObject({
    version: "0.60.1",
    isTested: false,
  });
});

test("a program of the same name from another package is not taken for it", async () => {
  const { root, places } = await scene();
  const other = join(root, "other");
  const bin = join(root, "bin");
  await install(join(root, "other-modules"), other, { ...GEMINI, name: "gemini-horoscope" });
  const searchPath = `${other}:${bin}`;
  expect(findInstalled(entry("gemini"), { ...places, searchPath }).kind).toBe("missing");
  await install(join(root, "lib/node_modules"), bin, GEMINI);
  expect(findInstalled(entry("gemini"), { ...places, searchPath })).toMatchObject({
    program: join(bin, "gemini"),
  });
});

test("npm's own folder for global packages is looked into although PATH does not name it", async () => {
  const { root, home, places } = await scene();
  await writeFile(join(home, ".npmrc"), "registry=https://example.test\nprefix = ~/npm\n");
  await install(join(home, "npm/lib/node_modules"), join(home, "npm/bin"), GEMINI);
  expect(findInstalled(entry("gemini"), places)).toMatchObject({
    program: join(home, "npm/bin/gemini"),
  });
  const node = join(root, "node");
  const codex = {
    name: "@agentclientprotocol/codex-acp",
    version: "2.6.0",
    program: "codex-acp",
  };
  await install(join(node, "lib/node_modules"), join(node, "bin"), codex);
  expect(findInstalled(entry("codex"), places)).toMatchObject({
    program: join(node, "bin/codex-acp"),
  });
});

test("a given folder comes first, and its packages are shown whole", async () => {
  const { root, places } = await scene();
  const folder = join(root, "agents");
  const modules = join(folder, "node_modules");
  await install(modules, join(modules, ".bin"), GEMINI);
  expect(findInstalled(entry("gemini"), { ...places, folders: [folder] })).toMatchObject({
    program: join(modules, ".bin/gemini"),
    reads: [modules],
  });
});

test("an adapter counts as installed with the program that it starts, in both versions", async () => {
  const { root, places } = await scene();
  const bin = join(root, "bin");
  const modules = join(root, "lib/node_modules");
  const at = { ...places, searchPath: bin };
  await install(modules, bin, { name: "pi-acp", version: "0.0.34", program: "pi-acp" });
  expect(findInstalled(entry("pi"), at)).toEqual({ kind: "missing", program: "pi" });
  const pi = { name: "@earendil-works/pi-coding-agent", version: "0.74.2", program: "pi" };
  await install(modules, bin, pi);
  expect(findInstalled(entry("pi"), at)).toMatchObject({
    program: join(bin, "pi-acp"),
    version: "0.0.34",
    isTested: false,
  });
});

test("a program without a package is found by its name", async () => {
  const { root, places } = await scene();
  const file = join(root, "goose");
  await writeFile(file, "#!/bin/sh\n");
  const at = { ...places, searchPath: root };
  expect(findInstalled(entry("goose"), at).kind).toBe("missing");
  await chmod(file, 0o755);
  expect(findInstalled(entry("goose"), at)).toMatchObject({
    kind: "installed",
    version: null,
    isTested: false,
    reads: [file],
  });
});
