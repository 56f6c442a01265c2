import { TuttiError } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const spec = await client.shell(id);
  if (cli.isJson) {
    cli.printJson(spec);
    return 0;
  }
  if (cli.deps.stdin.isTTY !== true) {
    throw new TuttiError("usage", "A shell needs a terminal; --json prints what it would start.");
  }
  cli.note(`A shell in the fence of ${id}, in ${spec.place.root}. Leave it with \`exit\`.`);
  return cli.deps.launchShell(spec);
};
