import { finish } from "../await-run.ts";
import { changeOf, partsOf } from "../change-parts.ts";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const change = await changeOf(client, id);
  const files = await partsOf(change, rest);
  const reason = textOption(input, "reason");
  const accepted = await client.command(id, {
    kind: "hunks.leave-out",
    candidate: change.candidate.commit,
    files,
    ...(reason === undefined ? {} : { reason }),
  });
  const message =
    "Left out: a new candidate is made, and every gate runs again. Take it back with `tutti put-back`.";
  return finish(cli, input, { run: id, message, json: { ...accepted, files } });
};
