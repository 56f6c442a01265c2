// Lets root run a test tier as a user without powers: the tests of the fences must hold for both.
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { say } from "./output.mjs";
import { runtime } from "./runtime.mjs";

/** "nobody" on every Linux. */
const ordinaryUid = 65_534;

const notCopied = new Set([".git", ".cache", "test-results"]);

/**
 * A place where that user can run the checkout's tests: in the checkout when it may read it, else
 * in a copy. `folder` is its home and the only place where it may write; `dispose` removes all.
 */
export function ordinaryUser(checkout) {
  const base = mkdtempSync(join(tmpdir(), "tutti-test-"));
  chmodSync(base, 0o755);
  const folder = join(base, "home");
  mkdirSync(folder);
  chownSync(folder, ordinaryUid, ordinaryUid);
  const ids = [`--reuid=${ordinaryUid}`, `--regid=${ordinaryUid}`];
  const prefix = ["setpriv", ...ids, "--clear-groups"];
  const node = runtime();
  const isReadable = canRead(prefix, node, checkout);
  const root = isReadable ? checkout : copyOf(checkout, join(base, "checkout"));
  const isNodeInside = !relative(checkout, node).startsWith("..");
  return {
    root,
    folder,
    node: isNodeInside ? join(root, relative(checkout, node)) : node,
    prefix,
    env: { HOME: folder, TMPDIR: folder, TUTTI_TEST_CACHE: join(folder, "cache") },
    dispose() {
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Probes with the pinned Node itself, which lies deep in the checkout. */
function canRead(prefix, node, checkout) {
  const probe = "require('fs').readFileSync(process.argv[1])";
  const [command, ...args] = [...prefix, node, "-e", probe, join(checkout, "package.json")];
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function copyOf(checkout, target) {
  say("copying the checkout to a place that an ordinary user can read …");
  cpSync(checkout, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !notCopied.has(basename(source)),
  });
  spawnSync("chmod", ["-R", "a+rX", target], { stdio: "inherit" });
  return target;
}
