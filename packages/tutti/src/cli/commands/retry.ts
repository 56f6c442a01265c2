import { finish } from "../await-run.ts";
import { textOption, type Action } from "../command-spec.ts";
import { stepKey } from "../step-key.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const note = textOption(input, "note");
  const step = rest[0] === undefined ? undefined : stepKey(await client.run(id), rest[0]);
  const accepted = await client.command(id, {
    kind: "run.retry",
    ...(step === undefined ? {} : { step }),
    ...(note === undefined ? {} : { note }),
  });
  return finish(cli, input, { run: id, message: `↺ Trying again.`, json: accepted });
};
