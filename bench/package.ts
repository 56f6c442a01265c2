/** The published package as a person gets it: built, packed, and installed into a folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderSize } from "../packages/tutti/src/workspace/sandbox/folder-size.ts";

export const CHECKOUT = dirname(import.meta.dirname);
/** The command of the checkout, which runs the source. */
export const SOURCE_PROGRAM = join(CHECKOUT, "packages/tutti/bin/tutti.mjs");

const TIMEOUT_MS = 60_000;

export type Installed = {
  readonly program: string;
  /** The scripted agent in one file. */
  readonly scriptedAgent: string;
  /** Space on disk, with whatever it depends on. */
  readonly bytes: number;
};

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("npm", [...args, "--silent"], { cwd, encoding: "utf8", timeout: TIMEOUT_MS });

const build = (): void => {
  execFileSync(process.execPath, [join(CHECKOUT, "scripts/build.mjs")], {
    stdio: "ignore",
    timeout: TIMEOUT_MS,
  });
};

/** Only builds; the agent lies in the checkout then. */
export function buildScriptedAgent(): string {
  build();
  return join(CHECKOUT, "packages/tutti/dist/scripted-agent.mjs");
}

/** Nothing is asked of the npm registry: everything is bundled in. */
export async function installPackage(folder: string): Promise<Installed> {
  build();
  const app = join(folder, "app");
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, "package.json"), '{ "private": true }\n');
  const packed = npm(join(CHECKOUT, "packages/tutti"), "pack", "--pack-destination", folder);
  const archive = join(folder, packed.trim().split("\n").at(-1) ?? "");
  npm(app, "install", "--no-audit", "--no-fund", "--prefer-offline", archive);
  const modules = join(app, "node_modules");
  const { bytes } = await folderSize([modules], { stopAtBytes: Number.POSITIVE_INFINITY });
  return {
    program: join(modules, "tutti/bin/tutti.mjs"),
    scriptedAgent: join(modules, "tutti/dist/scripted-agent.mjs"),
    bytes,
  };
}
