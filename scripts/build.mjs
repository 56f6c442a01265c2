// `npm run build`: bundles the program into packages/tutti/dist/tutti.mjs, which is what is
// published, and the scripted agent, a program of its own, beside it. The wire contract is bundled
// in; the other dependencies stay dependencies.
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { root } from "./output.mjs";
import { requiredMajor } from "../packages/tutti/bin/node-runtime.mjs";

ensureDependencies();
const { build } = await import("esbuild");
const folder = join(root, "packages/tutti");
const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

rmSync(join(folder, "dist"), { recursive: true, force: true });
const settings = {
  outdir: join(folder, "dist"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: `node${requiredMajor}`,
  external: Object.keys(dependencies),
  legalComments: "none",
  sourcemap: "linked",
  logLevel: "info",
};
// Split, else every command would load every dependency: static imports move to the one file's top.
await build({ ...settings, entryPoints: { tutti: join(folder, "src/main.ts") }, splitting: true });
// One file: it is all of Tutti that an agent's fence shows.
await build({
  ...settings,
  entryPoints: { "scripted-agent": join(folder, "src/agents/scripted/main.ts") },
});
// Workflow files are read at run time, from beside the code.
cpSync(join(folder, "src/workflows/builtin"), join(folder, "dist/builtin"), { recursive: true });
