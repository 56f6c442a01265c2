import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const { candidate } = await client.run(id);
  if (candidate === null) throw new TuttiError("hunks.none", `${id} has no candidate.`);
  const accepted = await client.command(id, {
    kind: "hunks.put-back",
    candidate: candidate.commit,
  });
  const message = "What was left out last is taken back in, and every gate runs again.";
  return finish(cli, input, { run: id, message, json: accepted });
};
