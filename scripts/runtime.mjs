// The Node with which the checkout's programs and tools run.
import { delimiter, dirname, join } from "node:path";
import { root, stop } from "./output.mjs";
import {
  findNode,
  pinnedVersion,
  requiredMajor,
  runtimePackage,
} from "../packages/tutti/bin/node-runtime.mjs";
import { runNode } from "../packages/tutti/bin/run-node.mjs";

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
