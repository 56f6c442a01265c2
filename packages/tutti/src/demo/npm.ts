/**
 * Fetches packages with the user's own npm, so that registry, proxy, certificates and credentials
 * are whatever they have configured. Nothing of a package is run. What was fetched once is kept,
 * and a second time needs no network.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { randomIds } from "../platform/ids.ts";
import { run } from "../platform/run-command.ts";
import type { SampleContext } from "./samples/sample.ts";

const FETCH_TIMEOUT_MS = 180_000;
/** A registry that does not answer is given up soon: somebody is watching. */
const PATIENCE = [
  "--fetch-retries=1",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=5000",
  "--fetch-timeout=60000",
];
const QUIET = [
  "--loglevel=error",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--no-update-notifier",
];
/** Lines of npm's own message that are passed on. */
const MESSAGE_MAX_LINES = 6;

export type Fetch = SampleContext & {
  /** Name to install as → what, for example `npm:minimist@1.2.5` or `3.6.1`. */
  readonly packages: Readonly<Record<string, string>>;
};

/** Path of a folder whose `node_modules` has the packages. Throws `sample.unavailable`. */
export async function fetchPackages(name: string, fetch: Fetch): Promise<string> {
  const cache = join(fetch.folders.data, "samples");
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const fresh = join(cache, `.${name}-${randomIds.suffix()}`);
  mkdirSync(fresh, { mode: 0o700 });
  try {
    writeFileSync(
      join(fresh, "package.json"),
      JSON.stringify({ private: true, dependencies: fetch.packages }),
    );
    fetch.note(`fetching ${wanted(fetch.packages)} with npm`);
    await install(fresh, fetch);
    place(fresh, folder);
    return folder;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const wanted = (packages: Fetch["packages"]): string =>
  Object.entries(packages)
    .map(([name, what]) => (what.startsWith("npm:") ? what.slice(4) : `${name}@${what}`))
    .join(", ");

/** Somebody else may have placed the same meanwhile. */
function place(fresh: string, folder: string): void {
  try {
    renameSync(fresh, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

async function install(folder: string, { env, signal }: Fetch): Promise<void> {
  const result = await run("npm", ["install", "--prefix", folder, ...QUIET, ...PATIENCE], {
    cwd: folder,
    env: environment(env),
    timeoutMs: FETCH_TIMEOUT_MS,
    signal,
  });
  signal.throwIfAborted();
  if (result.code === 0) return;
  const said = `${result.stderr}\n${result.stdout}`;
  throw new TuttiError("sample.unavailable", `npm could not fetch the sample. ${reason(said)}`, {
    retry: "later",
  });
}

function reason(said: string): string {
  const lines = said
    .split("\n")
    .filter(
      (line) => /^npm (?:error|ERR!)/u.test(line) && !/complete log|debug-\d+\.log/iu.test(line),
    )
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/u, "").trim())
    .filter((line) => line !== "");
  const shown = lines.length > 0 ? lines : said.split("\n").filter((line) => line.trim() !== "");
  return shown.slice(0, MESSAGE_MAX_LINES).join(" ");
}

/** Without what an `npm start` around this program says about its own package. */
const environment = (env: Fetch["env"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || /^npm_(?:package_|lifecycle_|config_local_prefix$)/u.test(name)
        ? []
        : [[name, value]],
    ),
  );
