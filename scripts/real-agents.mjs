// The real agents that Tutti is tried with: each installed by its pinned version into a folder of its
// own that git ignores. TUTTI_TEST_AGENTS names another folder for the installs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root, say } from "./output.mjs";
import { runtime, toolEnv } from "./runtime.mjs";

export const agentsFolder = process.env["TUTTI_TEST_AGENTS"] ?? join(root, ".cache/agents");

/** One sentence for each agent that cannot be installed; what npm said stands above then. */
export function installAgents(limitMs) {
  const ends = Date.now() + limitMs;
  return pinnedAgents()
    .filter((agent) => !install(agent, ends))
    .map(({ spec }) => `${spec} cannot be installed`);
}

/** The catalogue is TypeScript: the pinned Node reads it. */
function pinnedAgents() {
  const program = `
    const { catalog } = await import(${JSON.stringify(join(root, "packages/tutti/src/agents/catalog/catalog.ts"))});
    const { REAL_AGENTS } = await import(${JSON.stringify(join(root, "test/fixtures/real-agents.ts"))});
    const found = catalog.filter(({ id }) => REAL_AGENTS.includes(id));
    console.log(JSON.stringify(found.map(({ id, distribution }) => ({ id, spec: distribution.package }))));`;
  const { stdout, stderr, status } = spawnSync(runtime(), ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function install({ id, spec }, ends) {
  const prefix = join(agentsFolder, id);
  const at = spec.lastIndexOf("@");
  if (versionIn(prefix, spec.slice(0, at)) === spec.slice(at + 1)) return true;
  say(`installing ${spec} …`);
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const args = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error", `--prefix=${prefix}`];
  const { status, error } = spawnSync("npm", ["install", ...args, spec], {
    cwd: prefix,
    stdio: ["ignore", 2, 2],
    timeout: Math.max(ends - Date.now(), 1),
    env: { ...toolEnv(), PATH: [dirname(runtime()), process.env["PATH"]].join(delimiter) },
  });
  if (status === 0) return true;
  say(`${spec} cannot be installed${error ? `: ${error.message}` : ", see above"}.`);
  // A half-made install must not count as one the next time.
  rmSync(prefix, { recursive: true, force: true });
  return false;
}

function versionIn(prefix, name) {
  const file = join(prefix, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : null;
}
