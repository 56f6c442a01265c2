// `npm start`: sets up what is missing, then shows Tutti on a sample project.
import { ensureDependencies } from "./dependencies.mjs";
import { runScript } from "./runtime.mjs";
import { ensureSystem } from "./system.mjs";

ensureSystem();
ensureDependencies();
process.exitCode = await runScript("packages/tutti/bin/tutti.mjs", [
  "demo",
  ...process.argv.slice(2),
]);
