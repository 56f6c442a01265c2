// `npm run bench -- SUITE [--json]`: measures with the pinned Node.
import { ensureDependencies } from "./dependencies.mjs";
import { runScript } from "./runtime.mjs";
import { ensureSystem } from "./system.mjs";

ensureSystem();
ensureDependencies();
process.exitCode = await runScript("bench/main.ts", process.argv.slice(2));
