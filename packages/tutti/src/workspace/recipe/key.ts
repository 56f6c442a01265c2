/** What a preparation depends on. Equal keys: the dependency folders are the same. */
import { createHash } from "node:crypto";
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { RecipeConfig } from "@tutti/protocol";
import type { TreeEntry } from "../git/tree.ts";

/** Files that say which dependencies there are, wherever in the tree they lie. */
const MANIFESTS = new Set([
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "bun.lock",
  "bun.lockb",
  "deno.json",
  "deno.lock",
  ".npmrc",
  ".yarnrc.yml",
  ".yarnrc",
  ".nvmrc",
  ".node-version",
  ".tool-versions",
  "mise.toml",
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "requirements.txt",
  "requirements-dev.txt",
  "constraints.txt",
  "poetry.lock",
  "uv.lock",
  "pdm.lock",
  "Pipfile",
  "Pipfile.lock",
  ".python-version",
  "Cargo.toml",
  "Cargo.lock",
  "rust-toolchain",
  "rust-toolchain.toml",
  "go.mod",
  "go.sum",
  "go.work",
  "go.work.sum",
  "Gemfile",
  "Gemfile.lock",
  ".ruby-version",
  "composer.json",
  "composer.lock",
  "pom.xml",
  "build.gradle",
  "build.gradle.kts",
  "settings.gradle",
  "settings.gradle.kts",
  "gradle.lockfile",
  "mix.exs",
  "mix.lock",
  "Makefile",
  "justfile",
  "flake.nix",
  "flake.lock",
]);

const TOOLS = [
  "node",
  "npm",
  "pnpm",
  "yarn",
  "bun",
  "python3",
  "uv",
  "cargo",
  "go",
  "ruby",
  "java",
];

/** Files of a tree that decide about dependencies: manifests, and what the set-up command names. */
export function manifestHash(tree: readonly TreeEntry[], setup: string): string {
  const words = new Set(setup.split(/[\s;&|()<>"'=]+/u).map((word) => word.replace(/^\.\//u, "")));
  const hash = createHash("sha256");
  for (const { path, id, mode } of tree) {
    if (!MANIFESTS.has(basename(path)) && !words.has(path)) continue;
    hash.update(`${mode} ${id} ${path}\0`);
  }
  return hash.digest("hex");
}

/** The programs that a set-up would find first: another version makes other folders. */
export function toolchainHash(searchPath: string): string {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\0`);
  for (const tool of TOOLS) {
    const found = searchPath
      .split(":")
      .map((folder) => join(folder, tool))
      .find((file) => existsSync(file));
    if (found === undefined) continue;
    const real = realpathSync(found);
    const { size, mtimeMs } = statSync(real);
    hash.update(`${tool} ${real} ${size} ${mtimeMs}\0`);
  }
  return hash.digest("hex");
}

export type PreparationInputs = {
  readonly manifests: string;
  readonly toolchain: string;
  readonly recipe: RecipeConfig;
  /** Set when the manifests are a candidate's own: shared with no other run then. */
  readonly untrustedRun: string | null;
};

const KEY_CHARACTERS = 24;

export function preparationKey({ recipe, ...inputs }: PreparationInputs): string {
  const { setup, dependencies, env, egress } = recipe;
  const facts = JSON.stringify({ ...inputs, setup, dependencies, env, egress });
  return createHash("sha256").update(facts).digest("hex").slice(0, KEY_CHARACTERS);
}
