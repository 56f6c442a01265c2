import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { flagOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { stepKey } from "../step-key.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [name = ""] = rest;
  const holds = flagOption(input, "holds");
  if (holds === flagOption(input, "again")) {
    throw new TuttiError("usage", "Say either --holds or --again.");
  }
  const client = await cli.client();
  const step = stepKey(await client.run(id), name);
  const answer = holds ? "holds" : "again";
  const accepted = await client.command(id, { kind: "step.renew", step, answer });
  const message = holds ? `● ${step} still holds.` : `↺ ${step} runs again.`;
  return finish(cli, input, { run: id, message, json: accepted });
};
