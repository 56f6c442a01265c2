// `npm run build:web`: builds the command center into packages/web/dist, from where the daemon of a
// checkout serves it. Scripts that need it call `ensureWeb`, which builds only when a source is newer.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies } from "./dependencies.mjs";
import { root, say, stop } from "./output.mjs";
import { runtime, toolEnv } from "./runtime.mjs";

const folder = join(root, "packages/web");
/** Written last by the build. */
const built = join(folder, "dist/.vite/manifest.json");

/** Builds unless all that it is made from is older than what was built; ends the process on failure. */
export function ensureWeb() {
  const builtAt = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources().every((file) => statSync(file).mtimeMs < builtAt)) return;
  buildWeb();
}

function buildWeb() {
  say("building the command center …");
  const args = [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"];
  const { status, error } = spawnSync(runtime(), args, {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    env: toolEnv(),
  });
  if (status !== 0) stop(`the command center was not built${error ? `: ${error.message}` : ""}.`);
}

function sources() {
  const own = ["src", "public", "../client/src"].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const roots = ["index.html", "vite.config.ts", "package.json", "../../package-lock.json"];
  return [...own, ...roots.map((name) => join(folder, name))];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  ensureDependencies();
  buildWeb();
}
