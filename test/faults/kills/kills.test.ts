/** Random SIGKILLs of the daemon during whole runs. Any number of them: `npm run faults -- kills N`. */
import { expect, it } from "vitest";
import { print } from "../../fixtures/print.ts";
import { runCampaign } from "./campaign.ts";
import { EFFECT_KINDS } from "./effect-kinds.ts";
import { describeReport, hitsWanted } from "./report.ts";

const KILLS = 200;
const SEED = Number(process.env["TUTTI_SEED"] ?? 20_261_122);
const TIMEOUT_MS = 900_000;

it(
  `loses nothing and repeats nothing when the daemon is killed ${KILLS} times`,
  { timeout: TIMEOUT_MS },
  async () => {
    const report = await runCampaign({ kills: KILLS, seed: SEED });
    print(`seed ${SEED}\n${describeReport(report)}`);
    expect(report.violations).toEqual([]);
    expect(report.kills).toBe(KILLS);
    const rare = EFFECT_KINDS.filter((kind) => report.hits[kind] < hitsWanted(KILLS));
    expect(rare).toEqual([]);
  },
);
