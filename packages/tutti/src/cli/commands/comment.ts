import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [text = ""] = rest;
  if (text.trim() === "") throw new TuttiError("usage", "The comment is empty.");
  const client = await cli.client();
  const on = textOption(input, "on") ?? "run";
  const accepted = await client.command(id, { kind: "comment.add", on, text });
  return finish(cli, input, { run: id, message: `› Comment on ${on} kept.`, json: accepted });
};
