import type { UsageGroup } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { textOption, type Action, type Input } from "../command-spec.ts";
import { usagePage } from "../pages/usage-page.ts";
import { selectRun } from "../select-run.ts";
import { USAGE_GROUPS } from "../usage-groups.ts";

const MS_PER_UNIT = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const isOfRun = input.args.length > 0;
  const id = isOfRun ? (await selectRun(cli, input.args, "look")).run : undefined;
  const since = sinceOf(input, Date.now());
  const report = await client.usage({
    by: groupOf(input) ?? (isOfRun ? "step" : "model"),
    ...(id === undefined ? {} : { run: id }),
    ...(since === undefined ? {} : { since }),
  });
  if (cli.isJson) cli.printJson(report);
  else for (const line of usagePage(report)) cli.print(line);
  return EXIT.ok;
};

function groupOf(input: Input): UsageGroup | undefined {
  const text = textOption(input, "by");
  return USAGE_GROUPS.find((group) => group === text);
}

/** `90m`, `24h`, `7d`, `2w` before now. */
function sinceOf(input: Input, now: number): number | undefined {
  const text = textOption(input, "since");
  if (text === undefined) return undefined;
  const match = /^(?<count>\d{1,4})(?<unit>[mhdw])$/u.exec(text)?.groups;
  const unit = (["m", "h", "d", "w"] as const).find((one) => one === match?.["unit"]);
  if (match === undefined || unit === undefined)
    throw new TuttiError("usage", "--since is a time such as 90m, 24h, 7d or 2w.");
  return Math.max(now - Number(match["count"]) * MS_PER_UNIT[unit], 1);
}
