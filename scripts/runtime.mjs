// Makes a fresh checkout usable: installs the locked dependencies and finds the pinned Node.
// Plain JavaScript that Node 18 can read.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  findNode,
  pinnedVersion,
  requiredMajor,
  runtimePackage,
} from "../packages/tutti/bin/node-runtime.mjs";
import { runNode } from "../packages/tutti/bin/run-node.mjs";

/** Root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the locked dependencies unless they are there already; ends the process on failure. */
export function ensureDependencies() {
  if (areDependenciesCurrent()) return;
  say("installing the locked dependencies (npm ci) …");
  const started = Date.now();
  const npm = process.env["npm_execpath"];
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const args = [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) stop(`npm ci failed${error ? `: ${error.message}` : ""}; see above.`);
  say(`dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Path of a Node that can run Tutti; ends the process with the way out when there is none. */
export function runtime() {
  const node = findNode();
  if (node !== undefined) return node;
  return stop(
    `Tutti needs Node ${requiredMajor} or newer and ${runtimePackage}@${pinnedVersion} is not in ` +
      "node_modules.\nRun: npm ci --include=optional",
  );
}

/** Environment in which `node` and the installed tools are the pinned ones. */
export function toolEnv() {
  const path = [dirname(runtime()), join(root, "node_modules/.bin"), process.env["PATH"]];
  return { ...process.env, PATH: path.join(delimiter) };
}

/** Runs a script of the checkout with the pinned Node; resolves to its exit code. */
export function runScript(script, args = []) {
  return runNode(runtime(), [join(root, script), ...args], { env: toolEnv() });
}

/** Progress goes to stderr, so that what a script prints stays clean. */
export function say(message) {
  process.stderr.write(`tutti: ${message}\n`);
}

/** Prints why and ends the process with code 1. */
export function stop(message) {
  say(message);
  process.exit(1);
}

/** npm records what it installed in node_modules/.package-lock.json: compare version by version. */
function areDependenciesCurrent() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const installed = readLock(installedFile);
  const locked = readLock(join(root, "package-lock.json"));
  return Object.entries(locked).every(([path, wanted]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = installed[path];
    // An optional dependency for another machine is left out by npm.
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function readLock(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}
