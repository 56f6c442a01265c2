/** `npm run faults -- kills N [--seed S] [--json]`: as many kills as wanted, over every kind of effect. */
import { parseArgs } from "node:util";
import { runCampaign } from "./campaign.ts";
import { describeReport } from "./report.ts";

const DEFAULT_KILLS = 200;
/** Kills between two lines of progress. */
const PROGRESS = 50;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, json: { type: "boolean", default: false } },
});
const [suite, count] = positionals;
const kills = Number(count ?? DEFAULT_KILLS);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (suite !== "kills" || !Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write("usage: npm run faults -- kills [N] [--seed S] [--json]\n");
  process.exit(2);
}
const started = performance.now();
const report = await runCampaign({
  kills,
  seed,
  onKill: (done) => {
    if (done % PROGRESS === 0) process.stderr.write(`${done} kills\n`);
  },
});
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  values.json
    ? `${JSON.stringify({ seed, seconds, ...report })}\n`
    : `seed ${seed}, ${seconds.toFixed(0)} s\n${describeReport(report)}`,
);
process.exitCode = report.violations.length === 0 ? 0 : 1;
