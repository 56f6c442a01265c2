import { finish } from "../await-run.ts";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const reason = textOption(input, "reason") ?? "cancelled by a person";
  const accepted = await client.command(id, { kind: "run.cancel", reason });
  const message = `– ${id} is cancelled; its work is parked under refs/tutti/.`;
  return finish(cli, input, { run: id, message, json: accepted });
};
