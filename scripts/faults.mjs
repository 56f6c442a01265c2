// `npm run faults -- kills N [--seed S] [--json]`: kills the daemon N times during whole runs.
import { ensureDependencies } from "./dependencies.mjs";
import { runScript } from "./runtime.mjs";
import { ensureSystem } from "./system.mjs";

ensureSystem();
ensureDependencies();
process.exitCode = await runScript("test/faults/kills/main.ts", process.argv.slice(2));
