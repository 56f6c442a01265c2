import { EXIT } from "@tutti/protocol/errors";
import { flagOption, type Action } from "../command-spec.ts";
import { runCommand } from "../run-command.ts";

const resumeOne = runCommand((id) => ({
  command: { kind: "run.resume" },
  message: `◐ ${id} goes on.`,
}));

export const run: Action = async (cli, input) => {
  if (!flagOption(input, "all")) return resumeOne(cli, input);
  const { runs } = await (
    await cli.client()
  ).orderFleet("resume", { reason: "resumed by a person" });
  if (cli.isJson) cli.printJson({ runs });
  else cli.print(`◐ ${runs.length} go on.`);
  return EXIT.ok;
};
