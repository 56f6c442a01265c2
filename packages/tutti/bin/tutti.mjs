#!/usr/bin/env node
// The `tutti` command. Node 18 can read this file; Tutti itself needs a newer Node, so on an older
// one the launcher looks for it and hands over. On a new enough Node nothing is spawned.
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import {
  findNode,
  isOwnNodeEnough,
  pinnedVersion,
  requiredMajor,
  runtimePackage,
  userRuntimeFolder,
} from "./node-runtime.mjs";
import { runNode } from "./run-node.mjs";

if (process.platform !== "linux") {
  stop(
    `Tutti runs on Linux and WSL2 only for now (this is ${process.platform}).\n` +
      "On Windows, install WSL2 (`wsl --install`) and run Tutti inside it.",
  );
}

if (isOwnNodeEnough()) {
  module.enableCompileCache();
  await import(entry().href);
} else {
  const node = findNode();
  if (node === undefined) {
    stop(
      `Tutti needs Node ${requiredMajor} or newer; this is Node ${process.versions.node}.\n` +
        "Upgrade Node, or give Tutti its own:\n\n" +
        `  npm install --prefix ${userRuntimeFolder()} ${runtimePackage}@${pinnedVersion}\n`,
    );
  }
  process.exitCode = await runNode(node, [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
}

/** A checkout runs its source, so a build left behind there never hides an edit. */
function entry() {
  const source = new URL("../src/main.ts", import.meta.url);
  return existsSync(source) ? source : new URL("../dist/tutti.mjs", import.meta.url);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
