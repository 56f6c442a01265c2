// `npm run test:agents [-- vitest arguments…]`: installs real agents, each by its pinned version into a
// folder of its own that git ignores, and tries Tutti with them. An agent that cannot be installed is
// a failed test. TUTTI_TEST_AGENTS names another folder for the installs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { root, say } from "./output.mjs";
import { runtime, toolEnv } from "./runtime.mjs";
import { ensureSystem } from "./system.mjs";

/** Milliseconds for everything: a machine that takes longer has a problem that should be seen. */
const LIMIT_MS = 10 * 60_000;
const KILL_GRACE_MS = 5000;

const started = Date.now();
const folder = process.env["TUTTI_TEST_AGENTS"] ?? join(root, ".cache/agents");

ensureSystem();
ensureDependencies();
const agents = await pinnedAgents();
const failed = agents.filter((agent) => !install(agent));
const counts = failed.length > 0 ? { passed: 0, failed: failed.length, skipped: 0 } : run();
const seconds = ((Date.now() - started) / 1000).toFixed(1);
process.stdout.write(`\nwall time of the tests with real agents: ${seconds} s\n`);
process.stdout.write(
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** The catalogue is TypeScript: the pinned Node reads it. */
async function pinnedAgents() {
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

/** False when it cannot be installed; what npm said stands above then. */
function install({ id, spec }) {
  const prefix = join(folder, id);
  const at = spec.lastIndexOf("@");
  if (versionIn(prefix, spec.slice(0, at)) === spec.slice(at + 1)) return true;
  say(`installing ${spec} …`);
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const { status, error } = spawnSync(
    "npm",
    [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `--prefix=${prefix}`,
      spec,
    ],
    {
      cwd: prefix,
      stdio: ["ignore", 2, 2],
      timeout: LIMIT_MS,
      env: { ...toolEnv(), PATH: [dirname(runtime()), process.env["PATH"]].join(delimiter) },
    },
  );
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

function run() {
  const results = join(root, "test-results");
  const countsFile = join(results, "agents.json");
  mkdirSync(results, { recursive: true });
  rmSync(countsFile, { force: true });
  const { status, signal } = spawnSync(
    runtime(),
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--project=agents",
      "--configLoader=native",
      "--reporter=default",
      "--reporter=./scripts/test-counts.mjs",
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      timeout: Math.max(LIMIT_MS - (Date.now() - started), KILL_GRACE_MS),
      env: { ...toolEnv(), TUTTI_TEST_COUNTS: countsFile, TUTTI_TEST_AGENTS: folder },
    },
  );
  if (signal !== null) say(`ended by ${signal}: the limit is ${LIMIT_MS / 60_000} minutes.`);
  const found = existsSync(countsFile)
    ? JSON.parse(readFileSync(countsFile, "utf8"))
    : { passed: 0, failed: 0, skipped: 0 };
  if (status !== 0 && found.failed === 0) found.failed = 1;
  return found;
}
