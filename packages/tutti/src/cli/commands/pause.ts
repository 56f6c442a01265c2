import { EXIT } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Cli } from "../cli.ts";
import { flagOption, textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

const REASON = "paused by a person";

export const run: Action = async (cli, input) => {
  const reason = textOption(input, "reason");
  const isNow = flagOption(input, "now");
  if (flagOption(input, "all")) return pauseAll(cli, { reason, isNow });
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const why = reason ?? REASON;
  const accepted = isNow
    ? await client.halt(id, why)
    : await client.command(id, { kind: "run.pause", reason: why });
  const way = isNow ? "Its agents were ended" : "What is under way ends first";
  const message = `‖ ${id} is paused. ${way}; go on with \`tutti resume ${id}\`.`;
  return finish(cli, input, { run: id, message, json: accepted });
};

type Wish = { readonly reason: string | undefined; readonly isNow: boolean };

async function pauseAll(cli: Cli, { reason, isNow }: Wish): Promise<number> {
  const client = await cli.client();
  const order = isNow ? "stop" : "pause";
  const { runs } = await client.orderFleet(order, { reason: reason ?? REASON });
  if (cli.isJson) cli.printJson({ runs });
  else cli.print(`‖ ${runs.length} paused. Go on with \`tutti resume --all\`.`);
  return EXIT.ok;
}
