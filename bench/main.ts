/**
 * Measures one suite and prints its figures, as a table or with `--json` as one JSON document. A bar
 * that is missed is reported as missed; only a suite that cannot run ends with another code than 0.
 *
 *   npm run bench -- SUITE [--json]
 */
import { parseArgs } from "node:util";
import { describeMachine } from "./figures.ts";
import type { Figure, Report, Suite } from "./figures.ts";

const SUITES = new Map<string, () => Promise<Suite>>([
  ["startup", async () => (await import("./startup.ts")).startupSuite],
  ["fleet", async () => (await import("./fleet.ts")).fleetSuite],
  ["engine", async () => (await import("./engine.ts")).engineSuite],
  ["store", async () => (await import("./store.ts")).storeSuite],
  ["workspace", async () => (await import("./workspace.ts")).workspaceSuite],
  ["gateway", async () => (await import("./gateway.ts")).gatewaySuite],
  ["agents", async () => (await import("./agents.ts")).agentsSuite],
  ["streams", async () => (await import("./streams.ts")).streamsSuite],
  ["web", async () => (await import("./web.ts")).webSuite],
  ["sandbox", async () => (await import("./sandbox.ts")).sandboxSuite],
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const [suite = ""] = positionals;
const load = SUITES.get(suite);
if (load === undefined || positionals.length !== 1) {
  process.stderr.write(`usage: npm run bench -- ${[...SUITES.keys()].join("|")} [--json]\n`);
  process.exitCode = 2;
} else {
  const machine = describeMachine();
  const run = await load();
  const figures = await run((progress) => process.stderr.write(`${suite}: ${progress}\n`));
  print({ suite, machine, figures });
}

function print(report: Report): void {
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else process.stdout.write(`${report.figures.map(toLine).join("\n")}\n`);
}

function toLine({ name, value, unit, bar, met }: Figure): string {
  const verdict = met === null ? "" : met ? "  met" : "  MISSED";
  return `${name.padEnd(64)} ${String(value).padStart(10)} ${unit.padEnd(10)} ${(bar ?? "").padEnd(10)}${verdict}`;
}
