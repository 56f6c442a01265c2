import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

const SCRIPT_SHELL = ["/bin/bash", "--norc", "-s"];

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const spec = await client.shell(id);
  if (cli.isJson) {
    cli.printJson(spec);
    return 0;
  }
  // Without a terminal there is nobody to prompt: standard input is the script.
  if (cli.deps.stdin.isTTY !== true)
    return cli.deps.launchShell({ ...spec, command: SCRIPT_SHELL });
  cli.note(`A shell in the fence of ${id}, in ${spec.place.root}. Leave it with \`exit\`.`);
  const tree = spec.place.mounts.find(({ target }) => target === spec.place.root);
  if (tree?.access === "read-only")
    cli.note(`The work tree is read-only here; \`tutti take ${id}\` first to work in it.`);
  return cli.deps.launchShell(spec);
};
