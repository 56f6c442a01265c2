// `npm run bench -- SUITE [--json]`: measures with the pinned Node.
import { ensureDependencies } from "./dependencies.mjs";
import { runScript } from "./runtime.mjs";
import { browser, ensureSystem } from "./system.mjs";
import { ensureWeb } from "./web.mjs";

const isWeb = process.argv.includes("web");
ensureSystem(isWeb ? browser : {});
ensureDependencies();
if (isWeb) ensureWeb();
process.exitCode = await runScript("bench/main.ts", process.argv.slice(2));
