import { EXIT, TuttiError } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const accepted = await client.command(id, { kind: "workspace.take" });
  const { root } = (await client.run(id)).workspace;
  if (root === null) throw new TuttiError("workspace.not-ready", `${id} has no workspace now.`);
  if (cli.isJson) cli.printJson({ ...accepted, root });
  else cli.print(root);
  cli.note(
    "The workspace is yours. Commit or leave your changes; they become a checkpoint by you.",
  );
  cli.note(`Give it back with \`tutti give ${id}\`.`);
  return EXIT.ok;
};
