import { finish } from "../await-run.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const accepted = await client.command(id, { kind: "workspace.give" });
  const message = "Given back: your work becomes a checkpoint, and every gate runs again.";
  return finish(cli, input, { run: id, message, json: accepted });
};
