// `npm run build`: bundles the program into packages/tutti/dist/tutti.mjs, which is what is
// published, with the scripted agent, a program of its own, and the command center beside it. All is bundled, with
// its licences: reading a few files instead of several hundred starts the daemon in half the time.
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { ensureWeb } from "./web.mjs";
import { root } from "./output.mjs";
import { requiredMajor } from "../packages/tutti/bin/node-runtime.mjs";

ensureDependencies();
ensureWeb();
const { build } = await import("esbuild");
const folder = join(root, "packages/tutti");

rmSync(join(folder, "dist"), { recursive: true, force: true });
const settings = {
  absWorkingDir: root,
  outdir: join(folder, "dist"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: `node${requiredMajor}`,
  metafile: true,
  legalComments: "none",
  sourcemap: "linked",
  logLevel: "info",
};
// Split, else every command would load every dependency: static imports move to the one file's top.
const { metafile } = await build({
  ...settings,
  entryPoints: { tutti: join(folder, "src/main.ts") },
  splitting: true,
  // CommonJS among the dependencies calls it for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
  },
});
// One file: it is all of Tutti that an agent's fence shows.
await build({
  ...settings,
  entryPoints: { "scripted-agent": join(folder, "src/agents/scripted/main.ts") },
});
// Workflow files are read at run time, from beside the code.
cpSync(join(folder, "src/workflows/builtin"), join(folder, "dist/builtin"), { recursive: true });
cpSync(join(root, "packages/web/dist"), join(folder, "dist/web"), { recursive: true });
writeFileSync(join(folder, "dist/licenses.txt"), licences(Object.keys(metafile.inputs)));

/** The licence of every package that files were taken from. */
function licences(files) {
  const packages = files.flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(file)?.[0] ?? [],
  );
  return [...new Set(packages)]
    .toSorted((one, other) => one.localeCompare(other))
    .map(licence)
    .join("\n");
}

/** A few packages come without the text: then what they say about themselves. */
function licence(path) {
  const place = join(root, path);
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(place, "package.json"), "utf8"),
  );
  const file = readdirSync(place).find((entry) => /^licen[cs]e(?:\.|$)/iu.test(entry));
  const text =
    file === undefined
      ? `Copyright ${author?.name ?? author ?? `the authors of ${name}`}`
      : readFileSync(join(place, file), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}\n\n${"-".repeat(80)}\n`;
}
