// `npm test [-- [--agents] [TIER…] [vitest arguments…]]`: sets up what is missing, runs the tiers one
// after the other with the pinned Node, prints the counts of each and what failed, and ends with one
// line of totals.
// The tier of real agents runs when it is named (`npm run test:agents`) or with `--agents`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { ordinaryUser } from "./ordinary-user.mjs";
import { root, say } from "./output.mjs";
import { agentsFolder, installAgents } from "./real-agents.mjs";
import { runtime, toolEnv } from "./runtime.mjs";
import { browser, ensureSystem } from "./system.mjs";
import { ensureWeb } from "./web.mjs";

const isRoot = process.getuid?.() === 0;
/** Milliseconds for real agents, their installation included: what takes longer should be seen. */
const AGENTS_LIMIT_MS = 10 * 60_000;
/** The same for what drives a browser, and for what is measured in one. */
const BROWSER_LIMIT_MS = 10 * 60_000;
const BROWSER_ALONE_LIMIT_MS = 8 * 60_000;
const WITH_AGENTS = "--agents";

/**
 * project: the tier's name in vitest.config.ts. isShared: its files may run side by side, since
 * nothing in them measures time or fills the machine. asOrdinaryUser: root runs the tier a second time
 * without its powers; everybody else has done so already. isExtra: runs only when asked for.
 * installs: installs what the tier needs and says what it could not. limitMs: bounds all of it.
 * system: programs of the system that only this tier needs.
 */
const tiers = [
  { name: "unit", project: "unit", isShared: true },
  { name: "conformance", project: "conformance" },
  { name: "faults", project: "faults" },
  { name: "fences", project: "fences" },
  ...(isRoot ? [{ name: "fences-ordinary-user", project: "fences", asOrdinaryUser: true }] : []),
  { name: "e2e", project: "e2e", isShared: true },
  {
    name: "browser",
    project: "browser",
    isShared: true,
    system: browser,
    limitMs: BROWSER_LIMIT_MS,
  },
  {
    name: "browser-alone",
    project: "browser-alone",
    system: browser,
    limitMs: BROWSER_ALONE_LIMIT_MS,
  },
  {
    name: "agents",
    project: "agents",
    isExtra: true,
    installs: installAgents,
    limitMs: AGENTS_LIMIT_MS,
  },
];

const { chosen, vitestArgs } = readArguments(process.argv.slice(2));
ensureSystem(Object.assign({}, ...chosen.map(({ system }) => system)));
ensureDependencies();
ensureWeb();
const results = chosen.map((tier) => runTier(tier));
report(results);

function readArguments(args) {
  const named = tiers.filter(({ name }) => args.includes(name));
  const rest = args.filter((arg) => arg !== WITH_AGENTS && !tiers.some(({ name }) => name === arg));
  const usual = tiers.filter(({ isExtra }) => !isExtra || args.includes(WITH_AGENTS));
  return { chosen: named.length > 0 ? named : usual, vitestArgs: rest };
}

function runTier(tier) {
  const started = Date.now();
  say(`tier ${tier.name}`);
  const missing = tier.installs?.(tier.limitMs) ?? [];
  if (missing.length > 0)
    return {
      name: tier.name,
      ms: Date.now() - started,
      facts: missing,
      ...failures(missing.length),
    };
  const place = tier.asOrdinaryUser ? ordinaryUser(root) : owner();
  try {
    const countsFile = join(place.folder, "counts.json");
    const factsFile = join(place.folder, "facts.txt");
    const args = [
      join(place.root, "node_modules/vitest/vitest.mjs"),
      "run",
      `--project=${tier.project}`,
      "--configLoader=native",
      `--maxWorkers=${tier.isShared ? availableParallelism() : 1}`,
      "--reporter=default",
      "--reporter=./scripts/test-counts.mjs",
      ...(vitestArgs.length > 0 ? ["--passWithNoTests"] : []),
      ...vitestArgs,
    ];
    const [command, ...rest] = [...place.prefix, place.node, ...args];
    const { status, error } = spawnSync(command, rest, {
      cwd: place.root,
      stdio: ["ignore", "inherit", "inherit"],
      ...(tier.limitMs && { timeout: Math.max(started + tier.limitMs - Date.now(), 1) }),
      env: {
        ...toolEnv(),
        ...place.env,
        TUTTI_TEST_AGENTS: agentsFolder,
        TUTTI_TEST_COUNTS: countsFile,
        TUTTI_TEST_FACTS: factsFile,
      },
    });
    if (error) say(`cannot run ${command}: ${error.message}`);
    return {
      name: tier.name,
      ms: Date.now() - started,
      facts: readFacts(factsFile),
      ...readCounts(countsFile, status),
    };
  } finally {
    place.dispose();
  }
}

/** The tier runs as whoever started this script, in the checkout. */
function owner() {
  const folder = join(root, "test-results");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return { root, folder, node: runtime(), prefix: [], env: {}, dispose() {} };
}

/** A tier that ends badly without a failed test (a crash, no tests) counts as one failure. */
function readCounts(file, status) {
  const counts = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : failures(0);
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    counts.failures.push(`the tier ended with status ${status} before its end`);
  }
  return counts;
}

function failures(failed) {
  return { passed: 0, failed, skipped: 0, failures: [] };
}

/** Figures that tests counted, such as kills by kind of effect. */
function readFacts(file) {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

function report(all) {
  const total = { passed: 0, failed: 0, skipped: 0, ms: 0 };
  process.stdout.write("\n");
  for (const { name, facts, ...counts } of all) {
    for (const key of Object.keys(total)) total[key] += counts[key];
    const seconds = (counts.ms / 1000).toFixed(1);
    process.stdout.write(`  ${name.padEnd(22)} ${sentence(counts)} in ${seconds} s\n`);
    for (const fact of facts) process.stdout.write(`    ${fact}\n`);
  }
  for (const { name, failures: failed } of all) {
    for (const failure of failed) process.stdout.write(`\nfailed in ${name}: ${failure}\n`);
  }
  process.stdout.write(`\nwall time of the tests: ${(total.ms / 1000).toFixed(1)} s\n`);
  process.stdout.write(`${sentence(total)}\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
