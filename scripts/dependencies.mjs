// Installs the locked dependencies of a checkout. Plain JavaScript that Node 18 can read.
//
// npm leaves out an optional package when the Node that runs npm is too old for it, without a word,
// and the native parts of the tools are such packages. So npm itself runs with a new enough Node.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root, say, stop } from "./output.mjs";
import {
  isOwnNodeEnough,
  nodeIn,
  pinnedVersion,
  runtimePackage,
} from "../packages/tutti/bin/node-runtime.mjs";

const bootstrap = join(root, ".cache/bootstrap");

/** Installs unless all that is locked is there already; ends the process on failure. */
export function ensureDependencies() {
  if (areDependenciesCurrent()) return;
  say("installing the locked dependencies (npm ci) …");
  const started = Date.now();
  npm(["ci", "--loglevel=warn"], installerNode());
  rmSync(bootstrap, { recursive: true, force: true });
  say(`dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** A Node that is new enough and outside node_modules, which npm is about to replace. */
function installerNode() {
  const own = process.execPath;
  if (isOwnNodeEnough() && !own.startsWith(join(root, "node_modules"))) return own;
  mkdirSync(bootstrap, { recursive: true });
  const pinned = nodeIn(root);
  if (existsSync(pinned)) {
    const copy = join(bootstrap, "node");
    copyFileSync(pinned, copy);
    return copy;
  }
  say(`fetching Node ${pinnedVersion} …`);
  const wanted = `${runtimePackage}@${pinnedVersion}`;
  npm(
    ["install", "--loglevel=warn", "--prefix", bootstrap, "--no-save", "--no-package-lock", wanted],
    own,
  );
  return nodeIn(bootstrap);
}

/** Runs the npm of the PATH with `node`; what npm prints goes to stderr. */
function npm(args, node) {
  const path = [dirname(node), process.env["PATH"]].join(delimiter);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync("npm", [...args, ...quiet], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, PATH: path },
  });
  if (status !== 0) stop(`npm ${args[0]} failed${error ? `: ${error.message}` : ", see above"}.`);
}

/** npm records what it installed in node_modules/.package-lock.json: compare package by package. */
function areDependenciesCurrent() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const installed = packagesOf(installedFile);
  const locked = packagesOf(join(root, "package-lock.json"));
  return Object.entries(locked).every(([path, wanted]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true && !isForThisMachine(wanted);
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function isForThisMachine({ os, cpu, libc }) {
  if (!os?.includes(process.platform) || !cpu?.includes(process.arch)) return false;
  return libc === undefined || libc.includes("glibc");
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
}
