/** Commands of a person that need the run and their own options, and nothing else. */
import type { PersonCommand } from "@tutti/protocol";
import { finish } from "./await-run.ts";
import type { Action, Input } from "./command-spec.ts";
import { selectRun } from "./select-run.ts";

type Asked = {
  readonly command: PersonCommand;
  /** What was done, for people. */
  readonly message: string;
};

export function runCommand(ask: (run: string, input: Input) => Asked): Action {
  return async (cli, input) => {
    const { run, rest } = await selectRun(cli, input.args, "act");
    const { command, message } = ask(run, { ...input, args: rest });
    const client = await cli.client();
    const accepted = await client.command(run, command);
    return finish(cli, input, { run, message, json: accepted });
  };
}
