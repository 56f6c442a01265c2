// `npm run check [-- --fix]`: everything that is checked without running the program. All checks
// run, at most two at a time, and each prints its output only when it fails.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { findGitCalls } from "./git-calls.mjs";
import { root, say } from "./output.mjs";
import { runtime, toolEnv } from "./runtime.mjs";
import { pinnedVersion } from "../packages/tutti/bin/node-runtime.mjs";

const maxDuplicationPercent = 1;
const isFixing = process.argv.includes("--fix");
/** Checks at the same time; fixes write to the tree, so they go one after the other. */
const maxParallel = isFixing ? 1 : 2;

const checks = [
  { name: "format", run: tool("oxfmt", isFixing ? ["--write", "."] : ["--check", "."]) },
  { name: "types", run: tool("tsc", ["-b"]) },
  { name: "lint", run: tool("oxlint", isFixing ? ["--fix"] : []) },
  { name: "unused", run: tool("knip", ["--no-progress", "--no-config-hints"]) },
  { name: "duplication", run: tool("jscpd", [`--threshold=${maxDuplicationPercent}`]) },
  { name: "package", run: tool("publint", ["run", "packages/tutti", "--strict"]) },
  { name: "git-calls", run: () => verdict(findGitCalls(root)) },
  { name: "pins", run: () => verdict(wrongPins()) },
];

ensureDependencies();
const started = Date.now();
const failed = await runAll();
say(`checks done in ${seconds(started)}`);
process.stdout.write(
  failed.length === 0
    ? `all ${checks.length} checks hold\n`
    : `checks that do not hold: ${failed.join(", ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Resolves to the names of the failed checks, in the order of the table. */
async function runAll() {
  const waiting = [...checks];
  const failures = new Set();
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      if (!(await runOne(check))) failures.add(check.name);
    }
  };
  await Promise.all(Array.from({ length: maxParallel }, worker));
  return checks.map(({ name }) => name).filter((name) => failures.has(name));
}

async function runOne({ name, run }) {
  const start = Date.now();
  const { isPassed, output } = await run();
  process.stdout.write(`${isPassed ? "ok  " : "FAIL"} ${name.padEnd(12)} ${seconds(start)}\n`);
  if (!isPassed) process.stdout.write(`${output.trimEnd()}\n`);
  return isPassed;
}

function verdict(problems) {
  return { isPassed: problems.length === 0, output: problems.join("\n") };
}

/** Runs an installed tool with the pinned Node. */
function tool(name, args) {
  return () =>
    new Promise((resolve, reject) => {
      const script = join(root, "node_modules/.bin", name);
      const child = spawn(runtime(), [script, ...args], {
        cwd: root,
        env: toolEnv(),
        stdio: ["ignore", "pipe", "pipe"],
      });
      const chunks = [];
      child.stdout.on("data", (chunk) => chunks.push(chunk));
      child.stderr.on("data", (chunk) => chunks.push(chunk));
      child.once("error", reject);
      child.once("close", (code) =>
        resolve({ isPassed: code === 0, output: Buffer.concat(chunks).toString() }),
      );
    });
}

/** Every version is exact, and the launcher names the Node that the checkout installs. */
function wrongPins() {
  const manifests = [
    "package.json",
    "packages/client/package.json",
    "packages/protocol/package.json",
    "packages/tutti/package.json",
    "packages/web/package.json",
  ];
  const pins = manifests.flatMap((file) => {
    const manifest = JSON.parse(readFileSync(join(root, file), "utf8"));
    const groups = ["dependencies", "devDependencies", "optionalDependencies"];
    return groups.flatMap((group) =>
      Object.entries(manifest[group] ?? {}).map(([name, version]) => ({ file, name, version })),
    );
  });
  return pins
    .map(({ file, name, version }) => {
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        return `${file}: ${name} is not exact: ${version}`;
      if (!name.startsWith("node-linux-") || version === pinnedVersion) return "";
      return `${file}: ${name} is ${version}, the launcher names ${pinnedVersion}`;
    })
    .filter((problem) => problem !== "");
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
